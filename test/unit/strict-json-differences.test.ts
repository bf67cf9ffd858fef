import t from 'tap'
import { readStrict } from '#core/json/strict-json.ts'
import { readText, bytes, shown } from './strict-json-fixtures.ts'

/** JSON by its grammar, which parsers read differently or programs after them stumble over. */
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
