import * as fc from 'fast-check'
import t from 'tap'
import { audienceTokens, readerTokens } from '#core/decide/audience.ts'
import {
  decide,
  withheld,
  type Marked,
  type Reader,
  type Release,
  type Rule,
} from '#core/decide/decide.ts'
import { disclosures } from '#core/disclosures.ts'
import type { Participant, Registry } from '#core/registry/registry.ts'
import { checkBlock, rowCount, type Subject } from './decide-check.ts'
import {
  belongings,
  blocks,
  combine,
  now,
  plain,
  readers,
  settled,
  sizeOf,
  tlps,
  worldOf,
  type Block,
} from './decide-model.ts'

const subject: Subject = { decide, audienceTokens, readerTokens }
const { registry } = settled

/** The readers of the model with one purpose each, or none. */
const acting = readers.map((reader, i): Reader => ({
  ...reader,
  acknowledged: i % 2 === 0,
  ...(i % 3 > 0 && { purpose: i % 3 > 1 ? 'criminal-investigation' : 'threat-analysis' }),
}))

await t.test(
  'over the whole small model, decide agrees with the oracle and with the README, and whoever ' +
    'sees holds a token',
  async (t) => {
    const rowsUsed = new Set<number>()
    for (const block of blocks) {
      const outcome = checkBlock(block, subject)
      for (const row of outcome.rowsUsed) rowsUsed.add(row)
      t.equal(
        outcome.difference,
        undefined,
        `${block.title}: ${outcome.cases} cases, ${outcome.seen} seen`,
      )
    }
    t.ok(
      blocks.reduce((sum, block) => sum + sizeOf(block), 0) >= 1_000_000,
      'at least a million cases',
    )
    const unused = Array.from({ length: rowCount }, (_, row) => row).filter(
      (row) => !rowsUsed.has(row),
    )
    t.same(
      unused,
      [rowCount - 1],
      'every row of the README decides some case, and none falls through to the last',
    )
  },
)

await t.test(
  'random registries and notices: decide agrees with the oracle and with the README, and ' +
    'whoever sees holds a token',
  async (t) => {
    const time = fc.integer({ min: now - 1200, max: now + 200 })
    const intervals = fc.array(fc.record({ from: time, to: time }, { requiredKeys: ['from'] }), {
      maxLength: 3,
    })
    const some = (...ids: string[]) => fc.subarray(ids)
    const release = fc.record(
      {
        participants: some('M1', 'M2', 'D', 'X', '*'),
        agencies: some('M2-READ', 'D-ALL', 'X', 'U-ALL', 'M1-ALL'),
        groups: some('G', 'OLD', 'NEW'),
        partners: some('X', 'M2'),
        exclude: some('M1', 'M2', 'D', 'X', 'M2-READ', 'D-ALL'),
      },
      { requiredKeys: [] },
    )
    const notice = fc.record({
      issuer: fc.constantFrom('M1', 'M2', 'D', 'X'),
      agency: fc.constantFrom('M1-SUB', 'M2-ALL', null),
      tlp: fc.constantFrom(...tlps),
      codes: some('H0', 'H1', 'H2', 'H3'),
      purposes: fc.option(some('criminal-investigation', 'threat-analysis', 'victim-rescue')),
      release: fc.option(release),
      expires: fc.option(time),
      operatorStatus: fc.constantFrom('unknown', 'suspect', 'possible-victim', 'confirmed-victim'),
      loggedAt: time,
      status: fc.constantFrom('active', 'revoked', 'expired'),
    }) as fc.Arbitrary<Marked>
    const types = fc.constantFrom('member', 'dialogue-partner', 'corporate-partner')
    const world = fc
      .record({
        admitted: fc.array(intervals, { minLength: 5, maxLength: 5 }),
        grouped: fc.array(intervals, { minLength: 3, maxLength: 3 }),
        types: fc.array(types, { minLength: 5, maxLength: 5 }),
      })
      .map(({ admitted, grouped, types }): Registry => ({
        ...registry,
        participants: new Map(
          [...registry.participants.values()].map((p, i): [string, Participant] => [
            p.id,
            { ...p, type: types[i] as Participant['type'], admitted: admitted[i]! },
          ]),
        ),
        groups: new Map(
          [...registry.groups.values()].map((g, i) => [
            g.id,
            {
              ...g,
              members: {
                M1: grouped[i]!,
                M2: belongings['throughout']!,
                D: grouped[(i + 1) % 3]!,
                X: grouped[i]!,
              },
            },
          ]),
        ),
      }))
    fc.assert(
      fc.property(world, fc.array(notice, { minLength: 5, maxLength: 5 }), (registry, notices) => {
        const block: Block = {
          title: 'random',
          notices,
          readers: acting,
          worlds: [{ name: 'random', registry }],
        }
        const { difference } = checkBlock(block, subject)
        if (difference !== undefined) throw new Error(difference)
      }),
      { numRuns: 3000 },
    )
    t.pass(`${3000 * 5 * acting.length} random cases`)
  },
)

await t.test(
  'decide is total: whatever a marking says, it answers, and what it does not understand goes ' +
    'to nobody but the originator',
  async (t) => {
    const junk = fc.anything({ maxDepth: 2 })
    const ours = (alternative: fc.Arbitrary<unknown>) => fc.oneof(alternative, junk)
    const notice = fc.record({
      issuer: fc.constant('M1'),
      agency: fc.constant('M1-SUB'),
      tlp: ours(fc.constantFrom(...tlps, '__proto__', 'constructor')),
      codes: ours(fc.subarray(['H0', 'H3', 'H9'])),
      purposes: ours(fc.constantFrom(null, ['criminal-investigation'])),
      release: ours(
        fc.record({ participants: ours(fc.constant(['M2'])), exclude: ours(fc.constant([])) }),
      ),
      expires: ours(fc.constant(null)),
      operatorStatus: ours(fc.constant('suspect')),
      loggedAt: ours(fc.constant(plain.loggedAt)),
      status: ours(fc.constant('active')),
    }) as fc.Arbitrary<Marked>
    fc.assert(
      fc.property(notice, (notice) => {
        for (const reader of acting) {
          const { content, withhold } = decide(reader, notice, registry, now)
          if (content !== withhold.length < disclosures.length)
            throw new Error('content is given where something is not withheld, and only there')
        }
        audienceTokens(notice)
      }),
      { numRuns: 5000 },
    )
    const rows: readonly [string, object, Rule][] = [
      ['codes that are no list', { codes: 'H0' }, 'unknown-code'],
      ['a missing release', { release: undefined }, 'unknown-list'],
      ['a release that is text', { release: 'M2' }, 'unknown-list'],
      ['a release that is a number', { release: 1 }, 'unknown-list'],
      ['an expiry that is no time', { expires: Number.NaN }, 'expired'],
      ['a missing expiry', { expires: undefined }, 'expired'],
      ['purposes that are text', { purposes: 'criminal-investigation' }, 'unknown-purposes'],
      ['a purpose that is missing, to a reader without one', { purposes: [undefined] }, 'purpose'],
    ]
    for (const [title, odd, rule] of rows) {
      const { content, rule: decidedBy } = decide(
        { participant: 'M2', agency: 'M2-ALL' },
        { ...plain, tlp: 'GREEN', ...odd },
        registry,
        now,
      )
      t.same([content, decidedBy], [false, rule], title)
    }
  },
)

await t.test('what a reader is given, by name', async (t) => {
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
    [
      'the submitting agency sees its own notice, release included',
      'M1-SUB',
      red,
      'originator',
      [],
    ],
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
      ['release'],
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
      ['release', 'caseReference', 'contact'],
    ],
    [
      'the right case shows case reference and contact',
      'D-ALL',
      amber,
      'released-participant',
      ['release'],
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
      ['release'],
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
      'a corporate partner that is named gets the advice only',
      'X',
      amber,
      'partner-redacted',
      disclosures.filter((name) => name !== 'advice'),
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
      ['release'],
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
      'a revocation is shown to whoever may see it',
      'M2-ALL',
      { ...amber, status: 'revoked' },
      'released-participant',
      ['release'],
    ],
    [
      'a notice on a possible victim that is GREEN leaves it to the originator',
      'M2-ALL',
      { tlp: 'GREEN', operatorStatus: 'possible-victim' },
      'victim-above-amber',
      'hidden',
    ],
  ]
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
    t.same(withheld(decision, 'block').length, disclosures.length - 1, 'and nothing else')
    for (const advice of ['monitor', 'report-back', undefined, 'Block', ['block', 'monitor']])
      t.same(withheld(decision, advice), disclosures, `${String(advice)} is withheld`)
    const pending = decide(reader, { ...notice, codes: ['H3'] }, registry, now)
    t.same(withheld(pending, 'block'), disclosures, 'nor before conditions are acknowledged')
    const ordinary = decide(reader, { ...notice, operatorStatus: 'suspect' }, registry, now)
    t.notOk(withheld(ordinary, 'monitor').includes('advice'), 'on a suspect any advice is given')
  },
)

await t.test('a notice carries the tokens of its release, and no more', async (t) => {
  const all: Release = {
    participants: ['M2', 'D', '*'],
    agencies: ['M2-READ'],
    groups: ['G'],
    partners: ['X'],
    exclude: ['D', 'M1'],
  }
  const rows: readonly [string, Partial<Marked>, readonly string[]][] = [
    [
      'RED: the agencies named',
      { tlp: 'RED', release: { agencies: ['M2-READ', 'D-ALL'] } },
      ['P:M1', 'A:M2-READ', 'A:D-ALL'],
    ],
    ['RED without a list: the issuer', { tlp: 'RED' }, ['P:M1']],
    [
      'AMBER: each list, less who is excluded, never the issuer',
      { release: all },
      ['P:M1', 'P:M2', 'members', 'A:M2-READ', 'G:G', 'X:X'],
    ],
    [
      'AMBER: an excluded agency and partner',
      { release: { agencies: ['M2-READ', 'M2-ALL'], partners: ['X'], exclude: ['M2-READ', 'X'] } },
      ['P:M1', 'A:M2-ALL'],
    ],
    [
      'AMBER+STRICT: the same without partners',
      { tlp: 'AMBER+STRICT', release: { participants: ['*'] } },
      ['P:M1', 'members'],
    ],
    [
      'GREEN: members, dialogue partners, and the partners named',
      { tlp: 'GREEN', release: { partners: ['X'], exclude: ['M2'] } },
      ['P:M1', 'members', 'dialogue-partners', 'X:X'],
    ],
    [
      'CLEAR: everyone',
      { tlp: 'CLEAR', release: { exclude: ['M2'] } },
      ['P:M1', 'members', 'dialogue-partners', 'partners'],
    ],
    [
      'the issuer named among the released counts once',
      { release: { participants: ['M1'] } },
      ['P:M1'],
    ],
    ['a TLP that is not known: the issuer', { tlp: 'WHITE', release: all }, ['P:M1']],
    ['a code that is not known: the issuer', { codes: ['H9'], release: all }, ['P:M1']],
    ['a list its TLP may not carry: the issuer', { tlp: 'GREEN', release: all }, ['P:M1']],
  ]
  for (const [title, marks, tokens] of rows)
    t.same(audienceTokens({ ...plain, ...marks }), tokens, title)
})

await t.test('a reader holds the tokens of what it is and belongs to now', async (t) => {
  const tokens = (participant: string, agency: string, world = registry): string[] =>
    readerTokens({ participant, agency }, world, now)
  const spec = { admitted: 'throughout', grouped: 'throughout', suspended: 'nobody' } as const
  t.same(tokens('M2', 'M2-READ'), ['P:M2', 'members', 'A:M2-READ', 'G:G', 'G:NEW'])
  t.same(tokens('D', 'D-READ'), ['P:D', 'dialogue-partners', 'A:D-READ', 'G:G', 'G:NEW'])
  t.same(
    tokens('X', 'X'),
    ['P:X', 'partners', 'X:X'],
    'a corporate partner holds no agency and no group',
  )
  t.same(tokens('U', 'U-ALL'), ['P:U'], 'a type that is not known holds its own only')
  t.same(
    tokens('M2', 'M2-READ', worldOf({ ...spec, grouped: 'then only' }).registry),
    ['P:M2', 'members', 'A:M2-READ', 'G:NEW'],
    'a group left is not held',
  )
  for (const suspended of ['participants', 'agencies'] as const)
    t.same(
      tokens('M2', 'M2-READ', worldOf({ ...spec, suspended }).registry),
      [],
      `suspended ${suspended} hold none`,
    )
  t.same(
    tokens('M2', 'M2-READ', worldOf({ ...spec, admitted: 'then only' }).registry),
    [],
    'who has left holds none',
  )
  t.same(tokens('M2', 'D-READ'), [], "another participant's agency holds none")
})

await t.test('combine gives every combination once', async (t) => {
  t.same(combine({ a: [1, 2], b: ['x', 'y'] }), [
    { a: 1, b: 'x' },
    { a: 1, b: 'y' },
    { a: 2, b: 'x' },
    { a: 2, b: 'y' },
  ])
})
