import t from 'tap'
import { readFormat, readQuery } from '../../services/feeds/routes/feed-query.ts'
import { readTopic } from '../../services/feeds/reading/topic.ts'

await t.test('a topic is `all` or a kind of notice', async (t) => {
  t.strictSame(readTopic('all'), { name: 'all', kind: null })
  t.strictSame(readTopic('phone-number'), { name: 'phone-number', kind: 'phone-number' })
  for (const name of ['', 'ALL', 'phone', '__proto__', 'constructor'])
    t.equal(readTopic(name), undefined, name)
})

await t.test('limit is 1 to 500 and wait 0 to 60 seconds; anything else is refused', async (t) => {
  t.strictSame(readQuery({}), { ok: true, value: { after: undefined, limit: 100, waitMs: 0 } })
  t.strictSame(readQuery({ limit: '500', wait: '60', after: 'x' }), {
    ok: true,
    value: { after: 'x', limit: 500, waitMs: 60_000 },
  })
  for (const bad of [
    { limit: '0' },
    { limit: '501' },
    { limit: '-1' },
    { limit: '1.5' },
    { limit: ' 1' },
    { limit: '' },
    { wait: '61' },
    { wait: '-1' },
    { wait: '1s' },
  ]) {
    t.match(
      readQuery(bad),
      { ok: false, refusal: { code: 'request/bad-parameter' } },
      JSON.stringify(bad),
    )
  }
})

await t.test(
  'the format is the one that Accept wants most, and JSON where it wants none of ours',
  async (t) => {
    const rows: [string | undefined, string][] = [
      [undefined, 'application/json'],
      ['', 'application/json'],
      ['*/*', 'application/json'],
      ['text/html', 'application/json'],
      ['text/event-stream', 'text/event-stream'],
      ['Text/Event-Stream', 'text/event-stream'],
      ['application/x-ndjson', 'application/x-ndjson'],
      ['application/json;q=0.5, text/event-stream', 'text/event-stream'],
      ['text/event-stream;q=0, application/json', 'application/json'],
      ['application/x-ndjson;q=0.9, text/event-stream;q=0.1', 'application/x-ndjson'],
      ['text/event-stream;q=x', 'application/json'],
    ]
    for (const [accept, format] of rows) t.equal(readFormat(accept), format, accept ?? 'none')
  },
)
