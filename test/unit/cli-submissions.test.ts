import t from 'tap'
import { terminal, serve, json, type Handler } from './cli-fixtures.ts'

await t.test('submissions are sent, listed and decided by the feeds', async (t) => {
  const bodies: string[] = []
  const taking: Handler = (request, response) =>
    void request
      .setEncoding('utf8')
      .on('data', (text: string) => bodies.push(text))
      .on('end', () => json(202, { id: 's' })(request, response))
  const { url, seen } = await serve(t, [
    taking,
    taking,
    json(200, { submissions: [{ id: 's' }], next: 's', end: true }),
  ])
  const feeds = terminal('{ "kind": 1 }')
  const to = ['--feeds', url, '--token', 'T']
  t.equal(await feeds.run('submissions', 'submit', '-', ...to), 0)
  t.equal(
    await feeds.run(
      'submissions',
      'decide',
      's',
      '--decision',
      'issued',
      '--notice',
      'n',
      '--reason',
      'r',
      ...to,
    ),
    0,
  )
  t.strictSame(
    [bodies[0], JSON.parse(bodies[1]!)],
    ['{ "kind": 1 }', { decision: 'issued', reason: 'r', noticeId: 'n' }],
  )
  t.equal(await feeds.run('submissions', 'list', '--status', 'all', ...to), 0)
  t.equal(feeds.out.at(-1), '{"id":"s"}')
  t.same(
    seen.map((r) => r.url),
    ['/v1/submissions', '/v1/submissions/s/decide', '/v1/submissions?limit=500&status=all'],
  )
})

await t.test('Ctrl-C ends a command quietly', async (t) => {
  const { url } = await serve(t, [
    (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('id: a\ndata: {}\n\n'),
  ])
  const tail = terminal()
  const ended = tail.run('tail', 'all', '--feeds', url, '--token', 'T')
  while (tail.out.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  tail.stop.abort()
  t.equal(await ended, 0)
  t.same(tail.err, [])
})
