import t from 'tap'
import { readStorable } from '#core/json/storable.ts'

const read = (text: string) => readStorable(Buffer.from(text))

void t.test('NUL is found wherever it is, and named by its pointer', async (t) => {
  for (const [text, pointer] of [
    [String.raw`"a\u0000"`, ''],
    [String.raw`{"a":{"b":["x",{"c":"\u0000"}]}}`, '/a/b/1/c'],
    [String.raw`[[],[1,"\u0000"]]`, '/1/1'],
    [String.raw`{"a":{"\u0000":1}}`, '/a'],
  ] as const)
    t.match(read(text), { ok: false, refusal: { code: 'body/nul', pointer } }, text)
})

void t.test('what only looks like NUL is no NUL', async (t) => {
  t.match(read(String.raw`{"a":["\\u0000","0"]}`), { ok: true, value: { a: ['\\u0000', '0'] } })
})
