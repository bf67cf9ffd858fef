import t from 'tap'
import { readBundle } from '#core/import/stix.ts'
import { createBundles } from '../../services/gateway/import/bundles.ts'

const chunked = async function* (text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const phone = (value: string, more: object = {}): object => ({
  type: 'phone-number',
  value,
  labels: ['job-scam'],
  ...more,
})

const bundleOf = (...objects: object[]): string => JSON.stringify({ type: 'bundle', objects })

await t.test('the thread gives the rows that the bundle has, whatever it comes in', async (t) => {
  const long = 'ก'.repeat(80_000) // longer than a block of a mebibyte, five times
  const text = bundleOf(
    phone('+66812345678', { description: 'a "quote"\n and ก' }),
    { type: 'indicator', pattern: 'none', pattern_type: 'stix' },
    { type: 'identity' },
    ...Array.from({ length: 5 }, (_, i) => phone(`+6681234567${i}`, { description: long })),
  )
  const expected = readBundle(JSON.parse(text))
  for (const size of [64 * 1024, 1024 * 1024 + 1, 10_000_000]) {
    const read = await createBundles().read(chunked(text, size))
    t.ok(read.ok)
    t.same(read.ok && [...read.value], expected.ok && expected.value)
  }
})

await t.test('what is no bundle, not JSON, or too large is refused by name', async (t) => {
  const refused = async (source: AsyncIterable<Buffer>): Promise<string | undefined> => {
    const read = await createBundles().read(source)
    return read.ok ? undefined : read.refusal.code
  }
  t.equal(await refused(chunked('{}', 9)), 'import/not-stix')
  t.equal(await refused(chunked('{"a":1,"a":2}', 9)), 'body/duplicate-key')
  t.equal(await refused(chunked('', 9)), 'body/empty')
  const tooLarge = (async function* () {
    for (let i = 0; i < 17; i++) yield Buffer.alloc(1024 * 1024, ' ')
  })()
  t.equal(await refused(tooLarge), 'body/too-large')
})

await t.test('a row that is larger than a row may be is refused alone', async (t) => {
  const text = bundleOf(phone('1', { description: 'x'.repeat(262_144) }), phone('2'))
  const read = await createBundles().read(chunked(text, 100_000))
  t.match(read.ok && [...read.value], [
    { row: 1, from: '/objects/0', read: { ok: false, refusal: { code: 'import/row-too-large' } } },
    { row: 2, from: '/objects/1', read: { ok: true } },
  ])
})

await t.test('two bundles of one system at once, eight in all; a place is left once', (t) => {
  const { enter } = createBundles()
  const first = enter('a')
  t.ok(first.ok)
  t.ok(enter('a').ok)
  t.match(enter('a'), { ok: false, refusal: { code: 'import/too-many-bundles' } })
  for (const system of ['b', 'b', 'c', 'c', 'd', 'd']) t.ok(enter(system).ok)
  t.match(enter('e'), { ok: false, refusal: { code: 'import/too-many-bundles' } })
  if (first.ok) {
    first.value()
    first.value()
  }
  t.ok(enter('e').ok)
  t.notOk(enter('a').ok)
  t.end()
})
