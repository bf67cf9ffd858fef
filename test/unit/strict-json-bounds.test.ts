import t from 'tap'
import { readStrict } from '#core/json/strict-json.ts'
import { readText, codeOf } from './strict-json-fixtures.ts'

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
