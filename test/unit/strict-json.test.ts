import * as fc from 'fast-check'
import t from 'tap'
import { readStrict } from '#core/json/strict-json.ts'

const readText = (text: string) => readStrict(Buffer.from(text))
const codeOf = (bytes: Uint8Array): string => {
  const read = readStrict(bytes)
  return read.ok ? 'ok' : read.refusal.code
}
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((p) => (typeof p === 'string' ? Buffer.from(p) : Buffer.from(p))))

/** For titles: TAP is lines of text, and some cases are line separators. */
const shown = (text: string | Buffer): string =>
  JSON.stringify(text.toString())
    .replaceAll(/[^ -~]/gu, (c) => `U+${c.codePointAt(0)!.toString(16)}`)
    .slice(0, 80)

/**
 * Read as JSON.parse reads them. The names are those of JSONTestSuite, whose cases these follow.
 */
const accepted: readonly string[] = [
  '[[]   ]',
  '[""]',
  '[]',
  '["a"]',
  '[false]',
  '[null, 1, "1", {}]',
  '[null]',
  '[1\n]',
  ' [1]',
  '[1,null,null,null,2]',
  '[2] ',
  '[123e65]',
  '[0e+1]',
  '[0e1]',
  '[ 4]',
  '[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]',
  '[20e1]',
  '[-123]',
  '[-1]',
  '[1E22]',
  '[1E-2]',
  '[1E+2]',
  '[123e45]',
  '[123.456e78]',
  '[1e-2]',
  '[1e+2]',
  '[123]',
  '[123.456789]',
  '{"asd":"sdf", "dfg":"fgh"}',
  '{"asd":"sdf"}',
  '{}',
  '{"":0}',
  '{"foo\\u0000bar": 42}',
  '{ "min": -1.0e+28, "max": 1.0e+28 }',
  '{"a":[]}',
  '{"x":[{"id": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}], "id": ' +
    '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}',
  '{"title":"\\u041f\\u043e\\u043b" }',
  '{\n"a": "b"\n}',
  '["\\u0060\\u012a\\u12AB"]',
  '["\\uD801\\udc37"]',
  '["\\ud83d\\ude39\\ud83d\\udc8d"]',
  '["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
  '["\\\\u0000"]',
  '["\\""]',
  '["a/*b*/c/*d//e"]',
  '["\\\\a"]',
  '["\\\\n"]',
  '["\\u0012"]',
  '["\\uFFFF"]',
  '["asd"]',
  '[ "asd"]',
  '["\\uDBFF\\uDFFF"]',
  '["new\\u00A0line"]',
  '["\u{10ffff}"]',
  '["\uffff"]',
  '["\\u0000"]',
  '["\\u002c"]',
  '["π"]',
  '["\u{1bfff}"]',
  '["asd "]',
  '" "',
  '["\\uD834\\uDd1e"]',
  '["\\u0821"]',
  '["\u2028"]',
  '["\u2029"]',
  '["\\u0061\\u30af\\u30EA\\u30b9"]',
  '["new\\u000Aline"]',
  '["\u007f"]',
  '["\\uA66D"]',
  '["\\u005C"]',
  '["⍂㈴⍂"]',
  '["\\u0022"]',
  '["\\uDBFF\\uDFFE"]',
  '["\\u200B"]',
  '["\\u2064"]',
  '["\\uFDD0"]',
  '["€𝄞"]',
  '["aa"]',
  'false',
  '42',
  '-0.1',
  'null',
  '"asd"',
  'true',
  '""',
  '["a"]\n',
  '[true]',
  ' [] ',
  '{"toString":1,"hasOwnProperty":2,"valueOf":3}',
  '{"proto":1,"Constructor":2,"__proto":3}',
  '\t\r\n {}\t\r\n ',
  '9007199254740991',
  '-9007199254740991',
  '1.0',
  '0',
  '[1e308]',
  '[4.9e-324]',
]

/** No JSON at all: JSON.parse refuses them, too. */
const refused: readonly string[] = [
  '[1 true]',
  '["": 1]',
  '[""],',
  '[,1]',
  '[1,,2]',
  '["x",,]',
  '["x"]]',
  '["",]',
  '["x"',
  '[x',
  '[3[4]]',
  '[,]',
  '[-]',
  '[   , ""]',
  '["a",\n4\n,1,',
  '[1,]',
  '[1,,]',
  '["\va"\\f]',
  '[*]',
  '[""',
  '[1,',
  '[1,\n1\n,1',
  '[{}',
  '[fals]',
  '[nul]',
  '[tru]',
  '123\u0000',
  '[++1234]',
  '[+1]',
  '[+Inf]',
  '[-01]',
  '[-1.0.]',
  '[-2.]',
  '[-NaN]',
  '[.-1]',
  '[.2e-3]',
  '[0.1.2]',
  '[0.3e+]',
  '[0.3e]',
  '[0.e1]',
  '[0e+]',
  '[0e]',
  '[0E+]',
  '[0E]',
  '[1.0e+]',
  '[1.0e-]',
  '[1.0e]',
  '[1 000.0]',
  '[1eE2]',
  '[2.e+3]',
  '[2.e-3]',
  '[2.e3]',
  '[9.e+]',
  '[Inf]',
  '[NaN]',
  '[１]',
  '[1+2]',
  '[0x1]',
  '[0x42]',
  '[Infinity]',
  '[-Infinity]',
  '[0e+-1]',
  '[-123.123foo]',
  '[-foo]',
  '[- 1]',
  '[-012]',
  '[-.123]',
  '[-1x]',
  '[1ea]',
  '[1.]',
  '[.123]',
  '[1.2a-3]',
  '[1.8011670033376514H-308]',
  '[012]',
  '-',
  '1.',
  '00',
  '["x", truth]',
  '{[: "x"}\n',
  '{"x", null}',
  '{"x"::"b"}',
  '{🇨🇭}',
  '{"a":"a" 123}',
  "{key: 'value'}",
  '{"a" b}',
  '{:"b"}',
  '{"a" "b"}',
  '{"a":',
  '{"a"',
  '{1:1}',
  '{9999E9999:1}',
  '{null:null,null:null}',
  '{"id":0,,,,,}',
  "{'a':0}",
  '{"id":0,}',
  '{"a":"b"}/**/',
  '{"a":"b"}/**//',
  '{"a":"b"}//',
  '{"a":"b"}/',
  '{"a":"b",,"c":"d"}',
  '{a: "b"}',
  '{"a":"a',
  '{ "foo" : "bar", "a" }',
  '{"a":"b"}#',
  '["\\u00A"]',
  '["\\',
  '["\\x00"]',
  '["\\\\\\"]',
  '["\\\t"]',
  '["\\🌀"]',
  '["\\a"]',
  '["\\uqqqq"]',
  '["\\u 041"]',
  '["\\u-041"]',
  '[\\u0020"asd"]',
  '[\\n]',
  '"',
  "['single quote']",
  'abc',
  '["\\',
  '["a\u0000a"]',
  '["new\nline"]',
  '["\t"]',
  '"\\UA66D"',
  '""x',
  '<.>',
  '[<null>]',
  '[1]x',
  '[1]]',
  '["asd]',
  'aå',
  '[True]',
  '1]',
  '{"x": true,',
  '[][]',
  ']',
  '[',
  '2@',
  '{}}',
  '{"":',
  '{"a":/*comment*/"b"}',
  '{"a": true} "x"',
  "['",
  '[a',
  '{,',
  '{"a',
  "{'a'",
  '["\\{["\\{["\\{["\\{',
  'é',
  '*',
  '{"a":"b"}#{}',
  '[\\u000A""]',
  '[1',
  '[ false, nul',
  '[ true, fals',
  '[ false, tru',
  '{"asd":"asd"',
  '\u2060[]',
  '\f[]',
  '\u00a0[]',
  '[\u000b1]',
  'nan',
  'undefined',
  'true1',
  'nulll',
]

await t.test('what every parser reads in one way is read as JSON.parse reads it', async (t) => {
  t.ok(accepted.length >= 60)
  for (const text of accepted) {
    const read = readText(text)
    t.strictSame(read.ok && read.value, JSON.parse(text), shown(text))
  }
})

await t.test('what is no JSON is refused as body/not-json', async (t) => {
  t.ok(refused.length >= 60)
  for (const text of refused) {
    t.throws(() => JSON.parse(text), `JSON.parse: ${shown(text)}`)
    t.equal(codeOf(Buffer.from(text)), 'body/not-json', shown(text))
  }
})

/** JSON by its grammar, but parsers differ, or programs after them stumble. */
const unlike: readonly (readonly [code: string, text: string | Buffer, pointer?: string])[] = [
  ['body/duplicate-key', '{"a":1,"a":1}', '/a'],
  ['body/duplicate-key', '{"a":1,"b":2,"\\u0061":3}', '/a'],
  ['body/duplicate-key', '[0,{"x":{"":1,"":2}}]', '/1/x/'],
  ['body/duplicate-key', '{"a/b~":{"k":1,"k":2}}', '/a~1b~0/k'],
  ['body/duplicate-key', '{"1":0,"1":0}', '/1'],
  ['body/duplicate-key', '{"toString":0,"toString":0}', '/toString'],
  ['body/forbidden-key', '{"__proto__":1}', '/__proto__'],
  ['body/forbidden-key', '{"a":[{"constructor":1}]}', '/a/0/constructor'],
  ['body/forbidden-key', '{"prototype":{}}', '/prototype'],
  ['body/forbidden-key', '{"\\u005f\\u005fproto__":1}', '/__proto__'],
  ['body/forbidden-key', '{"c\\u006fnstructor":1}', '/constructor'],
  ['body/bad-number', '[9007199254740992]', '/0'],
  ['body/bad-number', '[-9007199254740992]', '/0'],
  ['body/bad-number', '[9007199254740993]', '/0'],
  ['body/bad-number', '{"n":12345678901234567890}', '/n'],
  ['body/bad-number', '[1e400]', '/0'],
  ['body/bad-number', '[-1e400]', '/0'],
  ['body/bad-number', '[0.4e00669999999999999999999999]', '/0'],
  ['body/bad-number', '[1e-400]', '/0'],
  ['body/bad-number', '[123123e100000]', '/0'],
  ['body/bad-number', `[${'9'.repeat(400)}]`, '/0'],
  ['body/bad-number', '[-0.00000000001e-999]', '/0'],
  ['body/lone-surrogate', '["\\ud800"]', '/0'],
  ['body/lone-surrogate', '["\\udfff"]', '/0'],
  ['body/lone-surrogate', '["\\ud800\\ud800\\udc00"]', '/0'],
  ['body/lone-surrogate', '["\\udc00\\ud800"]', '/0'],
  ['body/lone-surrogate', '["\\ud83dx"]', '/0'],
  ['body/lone-surrogate', '["\\ud83d\\n"]', '/0'],
  ['body/lone-surrogate', '["\\uD800\\"]', '/0'],
  ['body/lone-surrogate', '["\\ud83d\\u0041"]', '/0'],
  ['body/lone-surrogate', '["\\uD83D😀"]', '/0'],
  ['body/lone-surrogate', '{"\\ud800":1}', ''],
  ['body/not-utf8', bytes('["', [0xed, 0xa0, 0x80], '"]')],
  ['body/not-utf8', bytes('["', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80], '"]')],
  ['body/not-utf8', bytes('["', [0xff], '"]')],
  ['body/not-utf8', bytes('["', [0xc0, 0xaf], '"]')],
  ['body/not-utf8', bytes('["', [0xe0, 0x80, 0xaf], '"]')],
  ['body/not-utf8', bytes('["', [0xf4, 0x90, 0x80, 0x80], '"]')],
  ['body/not-utf8', bytes('["', [0xe4], '"]')],
  ['body/not-utf8', bytes([0x80])],
  ['body/not-utf8', Buffer.from('["é"]', 'utf16le').subarray(0, 5)],
  ['body/not-utf8', bytes([0xef, 0xbb, 0xbf], '{}')],
  ['body/not-utf8', bytes([0xff, 0xfe], '[]')],
  ['body/not-json', Buffer.from('[]', 'utf16le')],
  ['body/empty', ''],
  ['body/empty', ' \r\n\t'],
  ['body/not-json', bytes([0xe2, 0x80, 0x8b])],
]

await t.test(
  'what parsers read differently is refused with its code and the place of it',
  async (t) => {
    for (const [code, text, pointer] of unlike) {
      const read = readStrict(typeof text === 'string' ? Buffer.from(text) : text)
      t.equal(read.ok ? 'ok' : read.refusal.code, code, shown(text))
      if (pointer !== undefined) t.equal(read.ok ? '' : read.refusal.pointer, pointer, shown(text))
    }
  },
)

await t.test('-0 is read as 0, since RFC 8785 writes both as 0', async (t) => {
  for (const text of ['-0', '-0.0', '-0e5', '0', '-0E-999']) {
    const read = readText(text)
    t.ok(read.ok && Object.is(read.value, 0), text)
  }
})

const nest = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

await t.test(
  '16 levels are read and 17 are not, whatever is nested; a deep body costs no stack',
  async (t) => {
    const members = (levels: number): string =>
      `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`
    t.equal(codeOf(Buffer.from(nest(16))), 'ok')
    t.equal(codeOf(Buffer.from(members(16))), 'ok')
    for (const text of [
      nest(17),
      members(17),
      nest(100_000),
      '['.repeat(200_000),
      '{"a":'.repeat(40_000),
    ])
      t.equal(codeOf(Buffer.from(text)), 'body/too-deep', `${text.slice(0, 8)} × ${text.length}`)
    const wide = `[${'[[[[]]]],'.repeat(1000)}0]`
    t.equal(codeOf(Buffer.from(wide)), 'ok', 'levels are counted, not brackets')
    t.match(readStrict(Buffer.from(nest(3)), { maxDepth: 2 }), {
      ok: false,
      refusal: { code: 'body/too-deep', pointer: '/0/0' },
    })
    t.equal(readStrict(Buffer.from('1'), { maxDepth: 0 }).ok, true)
  },
)

await t.test('262144 bytes are read and one more is not, whatever they hold', async (t) => {
  const sized = (size: number): Buffer => Buffer.from(`"${'x'.repeat(size - 2)}"`)
  t.equal(codeOf(sized(262_144)), 'ok')
  t.equal(codeOf(sized(262_145)), 'body/too-large')
  t.equal(codeOf(Buffer.alloc(262_145, 0xff)), 'body/too-large', 'size before content')
  t.equal(
    codeOf(Buffer.from(`"${'ก'.repeat(87_381)}"`)),
    'body/too-large',
    'bytes count, not characters',
  )
  t.equal(readStrict(sized(11), { maxBytes: 10 }).ok, false)
  t.equal(readStrict(sized(300_000), { maxBytes: 300_000 }).ok, true)
})

await t.test('a view into a larger buffer is read, and nothing beside it', async (t) => {
  const whole = Buffer.from('xx{"a":1}yy')
  t.strictSame(readStrict(whole.subarray(2, 9)), { ok: true, value: { a: 1 } })
  t.strictSame(readStrict(new Uint8Array(whole).subarray(2, 9)), { ok: true, value: { a: 1 } })
})

await t.test('a pointer stays within 1024 characters, however long the names are', async (t) => {
  const long = (name: string): string => `{"${name}":{"b":1,"b":2}}`
  const pointerOf = (text: string): string | undefined => {
    const read = readText(text)
    return read.ok ? undefined : read.refusal.pointer
  }
  t.equal(pointerOf(long('x'.repeat(1021))), `/${'x'.repeat(1021)}/b`)
  t.equal(pointerOf(long('x'.repeat(1023))), `/${'x'.repeat(1023)}`)
  t.equal(pointerOf(long('x'.repeat(100_000))), '')
})

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
