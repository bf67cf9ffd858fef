import * as fc from 'fast-check'

/** A signed text in its parts, which need no key to be put together otherwise. */
type Parts = { readonly jws: string; readonly disclosures: readonly string[] }

const partsOf = (text: string): Parts => {
  const [jws = '', ...disclosures] = text.split('~').slice(0, -1)
  return { jws, disclosures }
}

const textOf = ({ jws, disclosures }: Parts): string => `${[jws, ...disclosures].join('~')}~`

/** `a` and `b` choose places; `other` is another genuine record. */
type Chosen = { readonly a: number; readonly b: number; readonly other: Parts }

type Alter = (parts: Parts, chosen: Chosen) => Parts

const at = (list: readonly unknown[], n: number): number => n % Math.max(1, list.length)

const disclosing =
  (alter: (all: readonly string[], chosen: Chosen) => readonly string[]): Alter =>
  ({ jws, disclosures }, chosen) => ({ jws, disclosures: alter(disclosures, chosen) })

const nameOf = (encoded: string): unknown => {
  try {
    return (JSON.parse(Buffer.from(encoded, 'base64url').toString()) as unknown[])[1]
  } catch {
    return undefined
  }
}

const encode = (...members: unknown[]): string =>
  Buffer.from(JSON.stringify(members)).toString('base64url')

/** The same member with another salt or value: nobody signed it. */
const forged = (encoded: string, value: unknown): string =>
  encode('c2FsdHNhbHRzYWx0c2FsdA', nameOf(encoded) ?? 'advice', value)

const segment = (jws: string, of: string, n: number): string => {
  const parts = jws.split('.')
  return parts.with(at(parts, n), of.split('.')[at(parts, n)] ?? '').join('.')
}

/** What can be done without a key. */
const alterations: Readonly<Record<string, Alter>> = {
  strip: disclosing((all, { a }) => all.toSpliced(at(all, a), 1)),
  'strip many': disclosing((all, { a }) => all.filter((_, i) => ((a >> (i % 30)) & 1) === 0)),
  'strip all': disclosing(() => []),
  duplicate: disclosing((all, { a, b }) => all.toSpliced(at(all, b), 0, all[at(all, a)] ?? '')),
  exchange: disclosing((all, { a, b }) => {
    const [i, j] = [at(all, a), at(all, b)]
    return all.map((text, k) => (k === i ? all[j]! : k === j ? all[i]! : text))
  }),
  reverse: disclosing((all) => all.toReversed()),
  sort: disclosing((all) => all.toSorted()),
  add: disclosing((all, { a, b, other: { disclosures } }) =>
    all.toSpliced(at(all, b), 0, disclosures[at(disclosures, a)] ?? ''),
  ),
  'add sorted': disclosing((all, { a, other: { disclosures } }) =>
    [...all, ...disclosures.slice(at(disclosures, a), at(disclosures, a) + 1)].toSorted(),
  ),
  'add unsigned': disclosing((all, { a }) =>
    [...all, forged(all[at(all, a)] ?? '', 'x')].toSorted(),
  ),
  swap: disclosing((all, { a, other }) => {
    const i = at(all, a)
    const same = other.disclosures.find((text) => nameOf(text) === nameOf(all[i] ?? ''))
    return same === undefined ? all.toSpliced(i, 1) : all.with(i, same)
  }),
  'swap all': disclosing((_, { other }) => other.disclosures),
  forge: disclosing((all, { a, b }) =>
    all.length === 0 ? all : all.with(at(all, a), forged(all[at(all, a)]!, b)),
  ),
  empty: disclosing((all, { a }) => all.toSpliced(at(all, a), 0, '')),
  pad: disclosing((all, { a }) => all.map((text, i) => (i === at(all, a) ? `${text}=` : text))),
  'other JWS': (parts, { other }) => ({ ...parts, jws: other.jws }),
  'part of another JWS': (parts, { a, other }) => ({
    ...parts,
    jws: segment(parts.jws, other.jws, a),
  }),
}

/** What a try does: to which records, in which order, and where the result is sent. */
export const tryOf = fc.record({
  on: fc.nat(),
  steps: fc.array(
    fc.record({
      how: fc.constantFrom(...Object.keys(alterations)),
      a: fc.nat(),
      b: fc.nat(),
      other: fc.nat(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  ending: fc.constantFrom('', '', '', '', 'cut', 'key binding', 'none'),
  elsewhere: fc.boolean(),
  place: fc.nat(),
})

export type Try = typeof tryOf extends fc.Arbitrary<infer T> ? T : never

const ended = (text: string, ending: string): string => {
  if (ending === 'cut') return text.slice(0, -1)
  return ending === 'key binding' ? `${text}${text.split('~')[0]}` : text
}

/** Another text made of genuine ones. It may come out as one of them. */
export const altered = (genuine: readonly string[], { on, steps, ending }: Try): string => {
  const parts = steps.reduce<Parts>(
    (made, { how, a, b, other }) =>
      alterations[how]!(made, { a, b, other: partsOf(genuine[at(genuine, other)]!) }),
    partsOf(genuine[at(genuine, on)]!),
  )
  return ended(textOf(parts), ending)
}
