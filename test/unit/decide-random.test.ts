import * as fc from 'fast-check'
import t from 'tap'
import type { Marked } from '#core/decide/decide.ts'
import type { Participant, Registry } from '#core/registry/registry.ts'
import { checkBlock } from './decide-check.ts'
import { belongings, now, tlps, type Block } from './decide-model.ts'
import { subject, registry, acting } from './decide-fixtures.ts'

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

await t.test(
  'random registries and notices: decide agrees with the oracle and with the README, and ' +
    'whoever sees holds a token',
  async (t) => {
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
