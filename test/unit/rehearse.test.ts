import t from 'tap'
import type { Decision, Marked, Rule } from '#core/decide/decide.ts'
import { aggregate, rehearse } from '#core/rehearsal/rehearse.ts'
import type { Registry } from '#core/registry/registry.ts'
import { now, plain } from './decide-model.ts'
import { registry } from './rehearse-fixtures.ts'

await t.test(
  'a rehearsal shows every agency its decision, with a purpose that fits and conditions ' +
    'acknowledged',
  async (t) => {
    const notice: Marked = {
      ...plain,
      codes: ['H3'],
      purposes: ['victim-rescue'],
      release: { participants: ['M2'], partners: ['X'] },
    }
    const rehearsed = rehearse(notice, registry, now)
    t.same(
      rehearsed.map(({ agency }) => agency),
      [...registry.agencies.keys()].sort(),
      'each agency once, in the order of the ids',
    )
    const of = (agency: string) => rehearsed.find((one) => one.agency === agency)!
    t.match(of('M2-READ'), {
      participant: 'M2',
      type: 'member',
      purpose: 'victim-rescue',
      decision: { content: true, rule: 'released-participant', conditions: true },
    })
    t.match(of('X'), {
      type: 'corporate-partner',
      decision: { content: true, rule: 'partner-redacted', copyTlp: 'AMBER+STRICT' },
    })
    t.match(of('D-READ').decision, { content: false, rule: 'not-released' })
    t.match(of('M1-SUB').decision, { content: true, rule: 'originator', withhold: [] })
    const unpurposed = rehearse({ ...notice, purposes: ['threat-analysis'] }, registry, now).find(
      ({ agency }) => agency === 'M2-READ',
    )!
    t.same(
      [unpurposed.purpose, unpurposed.decision.rule],
      [undefined, 'purpose'],
      'without a purpose that fits, the rule says so',
    )
    t.equal(
      rehearse({ ...notice, purposes: null }, registry, now)[0]!.purpose,
      'criminal-investigation',
      'any purpose fits a notice for all',
    )
    const orphan: Registry = { ...registry, participants: new Map() }
    t.same(rehearse(notice, orphan, now), [], 'an agency without its participant is not shown')
  },
)

await t.test(
  'in the aggregate, agencies are counted by participant and decision, and not named',
  async (t) => {
    const aggregated = aggregate(
      rehearse({ ...plain, release: { participants: ['M2'] } }, registry, now),
    )
    const of = (participant: string): [number, Rule, Decision['withhold']][] =>
      aggregated
        .filter((one) => one.participant === participant)
        .map(({ agencies, decision }) => [agencies, decision.rule, decision.withhold])
    t.same(
      of('M2')
        .map(([count, rule, withhold]) => `${count} ${rule} ${withhold.length}`)
        .sort(),
      ['1 no-right 18', '2 released-participant 3', '3 released-participant 5'],
    )
    t.same(
      of('D').map(([count, rule]) => [count, rule]),
      [[2, 'not-released']],
    )
    t.equal(
      aggregated.reduce((sum, { agencies }) => sum + agencies, 0),
      registry.agencies.size,
      'every agency counts once',
    )
    t.notMatch(JSON.stringify(aggregated), /M2-READ|D-ALL/, 'no name')
    t.equal(aggregated.find(({ participant }) => participant === 'X')!.type, 'corporate-partner')
  },
)
