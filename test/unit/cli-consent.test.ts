import t from 'tap'
import { terminal, serve, json, type Handler } from './cli-fixtures.ts'

await t.test('consent is asked, answered and listed by the feeds', async (t) => {
  const bodies: string[] = []
  const taking: Handler = (request, response) =>
    void request
      .setEncoding('utf8')
      .on('data', (text: string) => bodies.push(text))
      .on('end', () => json(201, { id: 'r' })(request, response))
  const { url, seen } = await serve(t, [
    taking,
    taking,
    json(200, { requests: [{ id: 'a' }], next: 'a', end: false }),
    json(200, { requests: [{ id: 'b' }], next: 'b', end: true }),
  ])
  const feeds = terminal()
  const to = ['--feeds', url, '--token', 'T']
  t.equal(
    await feeds.run(...'consent ask n --to VN,VN-C06 --reason r --issuer TH'.split(' '), ...to),
    0,
  )
  t.equal(
    await feeds.run(...'consent answer r --answer granted --reason r --until T1'.split(' '), ...to),
    0,
  )
  t.same(
    bodies.map((body) => JSON.parse(body) as object),
    [
      { to: ['VN', 'VN-C06'], reason: 'r' },
      { answer: 'granted', reason: 'r', until: 'T1' },
    ],
  )
  const list = terminal()
  t.equal(await list.run('consent', 'list', ...to), 0)
  t.same(list.out, ['{"id":"a"}', '{"id":"b"}'])
  t.same(
    seen.map((r) => r.url),
    [
      '/v1/notices/n/consent-requests?issuer=TH',
      '/v1/consent-requests/r/answer',
      '/v1/consent-requests?limit=500',
      '/v1/consent-requests?limit=500&after=a',
    ],
  )
})
