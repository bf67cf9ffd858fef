import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import t from 'tap'
import { catalogue } from '#core/catalogue/catalogue.ts'
import { canonicalise, identifiers } from '#core/identifiers/canonicalise.ts'
import { numRuns } from './identifiers-properties-fixtures.ts'

const manyRuns = numRuns * 20

const kinds = Object.keys(identifiers)

type Row = {
  readonly input: Record<string, unknown>
  readonly key?: string
  readonly warnings?: readonly string[]
}

const rowsOf = (kind: string): Row[] =>
  JSON.parse(
    readFileSync(new URL(`../../schemas/vectors/${kind}.json`, import.meta.url), 'utf8'),
  ) as Row[]

await t.test(
  'wallet: one changed character of a checksummed address is refused or a writing of the same',
  async () => {
    const checked = rowsOf('wallet-address').filter(
      ({ key, warnings = [], input }) =>
        key !== undefined &&
        !warnings.includes('wallet/unchecked') &&
        /^(?!evm)/u.test(key) &&
        input['tag'] === undefined,
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...checked),
        fc.nat(),
        fc.stringMatching(/^[\x20-\x7e]$/u),
        ({ input, key }, seed, letter) => {
          const address = String(input['address'])
          const at = seed % address.length
          const result = canonicalise('wallet-address', {
            ...input,
            address: address.slice(0, at) + letter + address.slice(at + 1),
          })
          return !result.ok || result.value.canonical.key === key
        },
      ),
      { numRuns: manyRuns },
    )
  },
)

const awkward = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{20,120}$/u),
  fc.constantFrom('constructor', '__proto__', 'TH', '\ud800'),
  fc.anything(),
)

const members = [
  ...new Set(kinds.flatMap((kind) => rowsOf(kind).flatMap(({ input }) => Object.keys(input)))),
]

const written = fc.constantFrom(
  ...kinds.flatMap((kind) => rowsOf(kind).map(({ input }) => ({ kind, input }))),
)

const isAnswer = (kind: string, subject: object): boolean => {
  const result = canonicalise(kind, subject)
  if (!result.ok) return Object.hasOwn(catalogue, result.refusal.code)
  return (
    result.value.canonical.key.length > 0 &&
    result.value.warnings.every(({ code }) => Object.hasOwn(catalogue, code))
  )
}

await t.test(
  'whatever the subject holds, the answer is a key or a code of the catalogue, never an exception',
  async () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.dictionary(fc.constantFrom(...members), awkward),
        isAnswer,
      ),
      { numRuns: manyRuns },
    )
    fc.assert(
      fc.property(written, fc.constantFrom(...members), awkward, ({ kind, input }, member, value) =>
        isAnswer(kind, { ...input, [member]: value }),
      ),
      { numRuns: manyRuns },
    )
  },
)
