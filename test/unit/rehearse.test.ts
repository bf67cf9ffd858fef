import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import type { Decision, Marked, Rule } from '#core/decide/decide.ts'
import { aggregate, rehearse } from '#core/rehearsal/rehearse.ts'
import { rehearseByMessage } from '#core/rehearsal/by-message.ts'
import { rehearsalView } from '#core/rehearsal/view.ts'
import type { Agency, Registry } from '#core/registry/registry.ts'
import { registryMessage } from '#core/registry/message.ts'
import {
  combine,
  fewReleases,
  loggedAt,
  now,
  plain,
  settled,
  suspensionWorlds,
  tlps,
} from './decide-model.ts'

const { registry } = settled

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
      ['1 no-right 11', '2 released-participant 1', '3 released-participant 3'],
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

/** As JSON sends it. */
const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

await t.test(
  'by what a gateway is told, a rehearsal comes to what decide gives: own agencies by name, ' +
    'of others how many',
  async (t) => {
    const notices = combine({
      tlp: tlps,
      release: [
        ...fewReleases,
        { participants: ['M2'], exclude: ['M2-READ'] },
        { agencies: ['M2-READ', 'M2-ALL', 'X'] },
      ],
      operatorStatus: ['suspect', 'possible-victim'],
      purposes: [null, ['victim-rescue'], ['threat-analysis']],
      codes: [['H0'], ['H2', 'H3']],
    }).map((one): Marked => ({ ...plain, ...one, loggedAt: now }))
    let compared = 0
    for (const { registry: world } of suspensionWorlds) {
      const message = sent(registryMessage(world, 'M1', now))
      for (const notice of notices) {
        const full = rehearse(notice, world, now)
        const known = rehearseByMessage(notice, message, now)!
        const [told, due] = [known.own, full.filter((f) => f.participant === 'M1')].map((list) =>
          list.map(({ agency, purpose, decision }) => ({ agency, purpose, decision })),
        )
        if (!isDeepStrictEqual(told, due)) t.strictSame(told, due)
        for (const { participant, named, groups } of known.others) {
          const rest = full.filter(
            (f) => f.participant === participant && !named.some((n) => n.agency === f.agency),
          )
          const keyOf = (decision: Decision, toldFirst: true | undefined): string =>
            JSON.stringify([decision, toldFirst])
          const counts = Map.groupBy(rest, ({ decision, toldFirst }) => keyOf(decision, toldFirst))
          for (const { least, most, decision, toldFirst } of groups) {
            const count = counts.get(keyOf(decision, toldFirst))?.length ?? 0
            if (count < least || count > most || (named.length === 0 && least !== most))
              t.fail(`${participant}: ${count} of ${least} to ${most} ${decision.rule}`)
            counts.delete(keyOf(decision, toldFirst))
          }
          if (counts.size > 0) t.fail(`${participant}: ${[...counts.keys()].join()} is not told`)
          for (const { agency, outcomes } of named) {
            const own = full.find((f) => f.agency === agency)!.decision
            if (!outcomes.some(({ decision: d }) => JSON.stringify(d) === JSON.stringify(own)))
              t.fail(`${agency}: ${own.rule} is not among what it can be`)
          }
          compared++
        }
      }
    }
    t.ok(compared > 5000, `${compared} compared`)
  },
)

await t.test(
  'what a gateway is told of others is who there is and how many may do the same, not which ' +
    'of them',
  async (t) => {
    const { agencies, profiles = [] } = registryMessage(registry, 'M1', now)
    for (const { id, participant, rights, purposes, roles } of agencies)
      t.equal(
        [rights, purposes, roles].every((told) => (told !== undefined) === (participant === 'M1')),
        true,
        id,
      )
    t.equal(
      profiles.reduce((sum, { agencies: count }) => sum + count, 0),
      [...registry.agencies.values()].filter((a) => a.participant !== 'M1').length,
    )
    t.notMatch(JSON.stringify(profiles), /M2-|D-ALL|X-NONE/, 'no name')
    t.strictSame(
      profiles,
      registryMessage(
        {
          ...registry,
          agencies: new Map(
            [...registry.agencies]
              .toReversed()
              .map(([id, a]): [string, Agency] => [id, { ...a, rights: a.rights.toReversed() }]),
          ),
        },
        'M1',
        now,
      ).profiles,
      'nor by their order',
    )
    t.equal(
      rehearseByMessage(
        plain,
        { ...registryMessage(registry, 'M1', now), profiles: undefined },
        now,
      ),
      undefined,
      'without it there is no rehearsal',
    )
    const departed = {
      ...registry,
      participants: new Map(
        [...registry.participants]
          .toReversed()
          .map(([id, p]) => [id, id === 'M2' ? { ...p, admitted: [{ from: 0, to: now }] } : p]),
      ),
    }
    const { own, others } = rehearseByMessage(
      { ...plain, release: { agencies: ['M2-READ'] } },
      registryMessage(departed, 'M1', now),
      now,
    )!
    t.strictSame(
      others.map((o) => o.participant),
      ['D', 'U', 'X'],
      'in the order of their ids, and none that has left',
    )
    t.strictSame(
      own.map((o) => o.agency),
      ['M1-ALL', 'M1-NCB', 'M1-SUB'],
    )
    t.strictSame(
      rehearseByMessage(plain, registryMessage(departed, 'M2', now), now)!.own,
      [],
      'nor oneself',
    )
  },
)

await t.test(
  'a rehearsal tells members by their paths: given, withheld, and the advice of a partner',
  async (t) => {
    const content = {
      kind: 'bank-account',
      subject: { account: '1', holder: 'h' },
      offences: ['money-mule'],
      narrative: 'n',
      contact: { name: 'c' },
      advice: 'monitor',
      agency: 'M1-SUB',
      handling: { tlp: 'AMBER', release: { participants: ['M2'], partners: ['X'] } },
    }
    const of = (operatorStatus: string, advice: string) => {
      const rehearsal = rehearseByMessage(
        { ...plain, operatorStatus, loggedAt, release: content.handling.release },
        registryMessage(registry, 'M1', now),
        now,
      )!
      const { agencies, participants } = rehearsalView(rehearsal, { ...content, advice }) as {
        agencies: { agency: string; sees: string[]; withheld: string[] }[]
        participants: {
          participant: string
          others: { rule: string; sees: string[]; withheld: string[] }[]
        }[]
      }
      return {
        own: agencies.find((a) => a.agency === 'M1-SUB')!,
        partner: participants
          .find((p) => p.participant === 'X')!
          .others.find((o) => o.rule === 'partner-redacted')!,
        police: participants
          .find((p) => p.participant === 'M2')!
          .others.find((o) => o.withheld.includes('contact') && o.sees.length > 0)!,
      }
    }
    const clear = ['kind', 'subject.account', 'offences', 'handling.tlp']
    const { own, partner, police } = of('suspect', 'monitor')
    t.strictSame([own.withheld, own.sees.length], [[], 10])
    t.strictSame(partner.sees.toSorted(), [...clear, 'advice'].sort())
    t.strictSame(partner.withheld, [
      'subject.holder',
      'narrative',
      'contact',
      'agency',
      'handling.release',
    ])
    t.strictSame(police.withheld, ['contact', 'handling.release'])
    t.notOk(
      of('possible-victim', 'monitor').partner.sees.includes('advice'),
      'of a possible victim, no advice but block',
    )
    t.ok(of('possible-victim', 'block').partner.sees.includes('advice'))
  },
)

await t.test('a rehearsal tells which victim desks others wait for', async (t) => {
  const desks = {
    ...registry,
    agencies: new Map(
      [...registry.agencies].map(([id, a]): [string, Agency] => [
        id,
        {
          ...a,
          roles: ['M1-ALL', 'M2-ALL', 'M2-NONE', 'X'].includes(id) ? ['victim-desk'] : a.roles,
        },
      ]),
    ),
  }
  const notice: Marked = {
    ...plain,
    loggedAt: now,
    operatorStatus: 'possible-victim',
    release: { participants: ['M1', 'M2'], partners: ['X'] },
  }
  const first = (marked: Marked): string[] =>
    rehearse(marked, desks, now)
      .filter((r) => r.toldFirst === true)
      .map((r) => r.agency)
  t.strictSame(first(notice), ['M1-ALL', 'M2-ALL'], 'those that see it, and no corporate partner')
  t.strictSame(first({ ...notice, operatorStatus: 'suspect' }), [])
  t.strictSame(first({ ...notice, expires: now }), [], 'of an expired one nobody gets the content')
  t.notOk(
    rehearse(notice, desks, now).some((r) => 'toldFirst' in r && r.toldFirst !== true),
    'nobody else has the mark',
  )
  const { agencies, participants } = rehearsalView(
    rehearseByMessage(notice, sent(registryMessage(desks, 'M1', now)), now)!,
    { kind: 'url' },
  ) as {
    agencies: { agency: string; toldFirst?: true }[]
    participants: { participant: string; others: { most: number; toldFirst?: true }[] }[]
  }
  t.strictSame(
    agencies.filter((a) => a.toldFirst).map((a) => a.agency),
    ['M1-ALL'],
  )
  t.strictSame(
    participants.flatMap((p) =>
      p.others.filter((o) => o.toldFirst).map((o) => [p.participant, o.most]),
    ),
    [['M2', 1]],
    'of others, how many',
  )
})
