import t from 'tap'
import { decide, withheld, type Marked, type Reader, type Rule } from '#core/decide/decide.ts'
import { disclosures } from '#core/disclosures.ts'
import type { Registry } from '#core/registry/registry.ts'
import { now, plain, worldOf } from './decide-model.ts'
import { registry } from './decide-fixtures.ts'

const red = { tlp: 'RED', release: { agencies: ['M2-READ'] } }

const amber = { release: { participants: ['M2', 'D'], partners: ['X'] } }

const later = worldOf({
  admitted: 'now only',
  grouped: 'throughout',
  suspended: 'nobody',
}).registry

const rows: readonly [
  string,
  string,
  Partial<Marked>,
  Rule,
  readonly string[] | 'hidden' | 'existence',
  Registry?,
][] = [
  ['the submitting agency sees its own notice, release included', 'M1-SUB', red, 'originator', []],
  ['its NCB sees it, too', 'M1-NCB', red, 'originator', []],
  [
    'a sister agency of the submitting one needs a release like any other',
    'M1-ALL',
    red,
    'tlp-red-not-named',
    'hidden',
  ],
  [
    'RED reaches an agency that is named, case fields included',
    'M2-READ',
    red,
    'named-agency',
    ['release', 'links', 'by'],
  ],
  [
    'RED reaches no other agency of the same participant',
    'M2-ALL',
    red,
    'tlp-red-not-named',
    'hidden',
  ],
  [
    'AMBER reaches a dialogue partner that is named',
    'D-READ',
    amber,
    'released-participant',
    ['release', 'caseReference', 'contact', 'links', 'by'],
  ],
  [
    'the right case shows case reference and contact',
    'D-ALL',
    amber,
    'released-participant',
    ['release', 'links', 'by'],
  ],
  [
    '* is every member, not a dialogue partner',
    'D-ALL',
    { release: { participants: ['*'] } },
    'not-released',
    'hidden',
  ],
  ['AMBER without a list is for the originator', 'M2-ALL', {}, 'not-released', 'hidden'],
  [
    '* does not reach who joined after it was logged',
    'M2-ALL',
    { release: { participants: ['*'] } },
    'joined-later',
    'hidden',
    later,
  ],
  [
    'GREEN reaches who joined after it was logged',
    'M2-ALL',
    { tlp: 'GREEN' },
    'green',
    ['release', 'links', 'by'],
    later,
  ],
  [
    'AMBER+STRICT through a participant needs the right strict',
    'M2-READ',
    { tlp: 'AMBER+STRICT', release: { participants: ['M2'] } },
    'no-strict-right',
    'hidden',
  ],
  [
    'a corporate partner that is named gets the advice, and whether it is told of enquiries',
    'X',
    amber,
    'partner-redacted',
    disclosures.filter((name) => name !== 'advice' && name !== 'tellEnquiries'),
  ],
  [
    'an exclusion beats being named',
    'M2-READ',
    { release: { agencies: ['M2-READ'], exclude: ['M2'] } },
    'excluded',
    'hidden',
  ],
  [
    'an unknown code leaves it to the originator',
    'M2-ALL',
    { ...amber, codes: ['H0', 'H9'] },
    'unknown-code',
    'hidden',
  ],
  [
    'one microsecond before its expiry it is readable',
    'M2-ALL',
    { ...amber, expires: now + 1 },
    'released-participant',
    ['release', 'links', 'by'],
  ],
  [
    'at the time of its expiry it is expired',
    'M2-ALL',
    { ...amber, expires: now },
    'expired',
    'existence',
  ],
  [
    'an expired notice stays readable to its originator',
    'M1-SUB',
    { ...amber, status: 'expired', expires: now },
    'originator',
    [],
  ],
  [
    'H3 shows its conditions before the content',
    'M2-ALL',
    { ...amber, codes: ['H3'] },
    'conditions-not-acknowledged',
    'existence',
  ],
  [
    'of a revocation whoever may see it learns that it is there',
    'M2-ALL',
    { ...amber, status: 'revoked' },
    'revoked',
    'existence',
  ],
  [
    'a notice on a possible victim that is GREEN leaves it to the originator',
    'M2-ALL',
    { tlp: 'GREEN', operatorStatus: 'possible-victim' },
    'victim-above-amber',
    'hidden',
  ],
]

await t.test('what a reader is given, by name', async (t) => {
  for (const [title, agency, marks, rule, sees, world = registry] of rows) {
    const {
      content,
      existence,
      withhold,
      rule: decidedBy,
    } = decide({ participant: agency.split('-')[0]!, agency }, { ...plain, ...marks }, world, now)
    const shown = content ? withhold : existence ? 'existence' : 'hidden'
    t.same([decidedBy, shown], [rule, sees], title)
  }
})

await t.test(
  'on a possible victim a corporate partner gets the advice to block, and no other',
  async (t) => {
    const reader: Reader = { participant: 'X', agency: 'X' }
    const notice: Marked = {
      ...plain,
      operatorStatus: 'possible-victim',
      release: { partners: ['X'] },
    }
    const decision = decide(reader, notice, registry, now)
    t.notOk(withheld(decision, 'block').includes('advice'), 'block is given')
    t.same(
      withheld(decision, 'block').length,
      disclosures.length - 2,
      'and whether it is told of enquiries',
    )
    for (const advice of ['monitor', 'report-back', undefined, 'Block', ['block', 'monitor']])
      t.ok(withheld(decision, advice).includes('advice'), `${String(advice)} is withheld`)
    const pending = decide(reader, { ...notice, codes: ['H3'] }, registry, now)
    t.same(withheld(pending, 'block'), disclosures, 'nor before conditions are acknowledged')
    const ordinary = decide(reader, { ...notice, operatorStatus: 'suspect' }, registry, now)
    t.notOk(withheld(ordinary, 'monitor').includes('advice'), 'on a suspect any advice is given')
  },
)
