import t from 'tap'
import { terminal, serve, json, type Handler } from './cli-fixtures.ts'

const stream =
  (text: string): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)
  }

const forbidden = json(403, {
  status: 403,
  code: 'auth/suspended',
  title: 'Suspended',
  advice: 'Ask your NCB.',
})

await t.test(
  'tail goes on at the last cursor after each interruption, and stops at a refusal only a ' +
    'person can lift',
  async (t) => {
    const { url, seen } = await serve(t, [
      stream(
        'id: a\nevent: notice.published\ndata: {"n":1}\n\nid: b\nevent: ' +
          'notice.published\ndata: {"n":2}\n\nid: c\nda',
      ),
      json(503, { status: 503, code: 'service/unavailable' }),
      (_request, response) => void response.destroy(),
      stream(
        ': idle\nid: d\n\nevent: error\ndata: {"status":503,"code":"service/reader-too-slow"}\n\n',
      ),
      stream('id: e\ndata: {"n":3}\n\n'),
      forbidden,
    ])
    const tail = terminal()
    t.equal(await tail.run('tail', 'all', '--feeds', url, '--token', 'T', '--after', 'start'), 1)
    t.same(tail.out, ['{"n":1}', '{"n":2}', '{"n":3}'])
    t.same(
      seen.map((request) => request.headers['last-event-id']),
      ['start', 'b', 'b', 'b', 'd', 'e'],
    )
    t.match(tail.err.at(-1), /auth\/suspended.*\nadvice: Ask your NCB/)
    t.match(tail.err.join('\n'), /service\/reader-too-slow/)
  },
)

await t.test('tail does not wait for a service that was never there', async (t) => {
  t.equal(await terminal().run('tail', 'all', '--feeds', 'http://127.0.0.1:2', '--token', 'T'), 3)
  const { url } = await serve(t, [forbidden])
  t.equal(await terminal().run('tail', 'all', '--feeds', url, '--token', 'T'), 1)
})

await t.test(
  "a client's tail takes tokens and takes a fresh one when its token is refused",
  async (t) => {
    const { url, seen } = await serve(t, [
      json(200, { access_token: 'one', expires_in: 600 }),
      json(401, { code: 'auth/bad-token' }),
      json(200, { access_token: 'two', expires_in: 600 }),
      stream('id: a\ndata: {}\n\n'),
      forbidden,
    ])
    t.equal(
      await terminal().run(
        'tail',
        'all',
        '--feeds',
        url,
        '--client-id',
        'c',
        '--client-secret',
        's:1',
      ),
      1,
    )
    t.same(
      seen.map((request) => request.headers.authorization),
      [
        `Basic ${Buffer.from('c:s%3A1').toString('base64')}`,
        'Bearer one',
        `Basic ${Buffer.from('c:s%3A1').toString('base64')}`,
        'Bearer two',
        'Bearer two',
      ],
    )
  },
)

await t.test('tail --once reads to the present end and says where to go on', async (t) => {
  const { url, seen } = await serve(t, [
    json(200, { entries: [{ n: 1 }], next: 'p', end: false }),
    json(200, { entries: [], next: 'q', end: true }),
  ])
  const tail = terminal()
  t.equal(await tail.run('tail', 'all', '--feeds', url, '--token', 'T', '--once'), 0)
  t.same([tail.out, tail.err], [['{"n":1}'], ['go on with: --after q']])
  t.match(seen[1]!.url, /after=p/)
})
