import * as fc from 'fast-check'
import t from 'tap'
import { readText } from './strict-json-fixtures.ts'

/**
 * What JSON.parse makes of it, and of every number and member name in it by a reviver-free walk.
 */
const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

await t.test(
  'whatever JSON.stringify writes of bounded, well-formed values is read back the same',
  async () => {
    const value = fc.jsonValue({ maxDepth: 10, stringUnit: 'binary' })
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (v, space) => {
        const text = JSON.stringify(v, null, space)
        const read = readText(text)
        if (read.ok) return JSON.stringify(read.value) === JSON.stringify(JSON.parse(text))
        return (
          read.refusal.code === 'body/forbidden-key' ||
          read.refusal.code === 'body/bad-number' ||
          read.refusal.code === 'body/lone-surrogate'
        )
      }),
      { numRuns: 20_000 },
    )
  },
)

await t.test(
  'mutated text is refused as not JSON exactly where JSON.parse refuses it, and is read no ' +
    'differently',
  async () => {
    const seed =
      '{"id":"0193","subject":{"number":"+66\\u0038 ' +
      '\\ud83d\\ude00","n":[1,-2.5e3,true,false,null,0]},"é":"ก"}'
    const edit = fc.tuple(
      fc.nat(seed.length),
      fc.nat(3),
      fc.constantFrom(
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '0',
        '1',
        '-',
        '.',
        'e',
        'u',
        'd',
        ' ',
        '\n',
        '\u0000',
        'é',
        't',
        '\\ud800',
        '"id"',
        '',
      ),
    )
    const alike = new Set([
      'body/duplicate-key',
      'body/forbidden-key',
      'body/bad-number',
      'body/lone-surrogate',
      'body/too-deep',
    ])
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const text = edits.reduce(
          (s, [at, drop, put]) => s.slice(0, at) + put + s.slice(at + drop),
          seed,
        )
        const read = readText(text)
        const other = parsed(text)
        if (read.ok)
          return other !== undefined && JSON.stringify(read.value) === JSON.stringify(other.value)
        // JSON.parse may fail later on what was refused earlier
        return other === undefined || alike.has(read.refusal.code)
      }),
      { numRuns: 50_000 },
    )
  },
)
