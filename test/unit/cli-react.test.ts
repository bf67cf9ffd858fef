import t from 'tap'
import { checkReactionBody } from '#core/schema/check.ts'
import { terminal, serve, json, type Handler } from './cli-fixtures.ts'

const notice = '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11'

/** Answers 202 and keeps the bodies. */
const taking =
  (bodies: string[]): Handler =>
  (request, response) =>
    void request
      .setEncoding('utf8')
      .on('data', (text: string) => bodies.push(text))
      .on('end', () => json(202, { id: 's', status: 'queued' })(request, response))

await t.test('react posts a reaction that the schema takes', async (t) => {
  const bodies: string[] = []
  const { url, seen } = await serve(t, [taking(bodies)])
  const to = ['--gateway', url, '--token', 'T', '--issuer', 'TH']
  const whole = ['--action', 'frozen', '--amount', '250000.00', '--currency', 'THB', '--note', 'n']
  const react = terminal()
  t.equal(await react.run('react', notice, ...to, '--reaction', 'acted', ...whole), 0)
  t.match(react.out.join('\n'), /"id": "s"/)
  t.equal(await react.run('react', notice, ...to, '--reaction', 'seen-too'), 0)
  const posted = bodies.map((text) => JSON.parse(text) as unknown)
  t.strictSame(posted, [
    {
      issuer: 'TH',
      reaction: 'acted',
      action: 'frozen',
      amount: { value: '250000.00', currency: 'THB' },
      note: 'n',
    },
    { issuer: 'TH', reaction: 'seen-too' },
  ])
  for (const body of posted) t.match(checkReactionBody(body), { ok: true })
  t.same(
    seen.map(({ method, url: path }) => `${method} ${path}`),
    Array.from({ length: 2 }, () => `POST /v1/notices/${notice}/reactions`),
  )
})

await t.test('with --wait the exit code of react tells what became of it', async (t) => {
  for (const [status, receipt, code, said] of [
    ['accepted', { index: 7 }, 0, /^$/],
    [
      'rejected',
      { code: 'notice/not-found', pointer: '/about' },
      1,
      /notice\/not-found at \/about/,
    ],
  ] as const) {
    const { url, seen } = await serve(t, [
      taking([]),
      json(200, { id: 's', type: 'reaction', status: 'queued', receipt: null }),
      json(200, { id: 's', type: 'reaction', status, receipt }),
    ])
    const react = terminal()
    const to = ['--gateway', url, '--token', 'T', '--issuer', 'TH', '--reaction', 'useful']
    t.equal(await react.run('react', notice, ...to, '--wait'), code, status)
    t.match(react.out.join('\n'), new RegExp(`"status": "${status}"`))
    t.match(react.err.join('\n'), said)
    t.equal(seen.at(-1)!.url, '/v1/said/s')
  }
})

await t.test('without an answer in time react says how to ask again', async (t) => {
  const { url } = await serve(t, [taking([]), json(200, { status: 'queued', receipt: null })])
  const react = terminal()
  const to = ['--gateway', url, '--token', 'T', '--issuer', 'TH', '--reaction', 'useful']
  t.equal(await react.run('react', notice, ...to, '--wait', '--timeout', '1'), 3)
  t.match(react.err.join('\n'), /s is queued after 1 s.*switchboard said s/)
})

await t.test('said shows the state of a reaction, status the reactions of others', async (t) => {
  const reactions = [{ participant: 'KH', reaction: 'acted', action: 'frozen' }]
  const { url, seen } = await serve(t, [
    json(200, { id: 's', type: 'reaction', status: 'accepted' }),
    json(200, { id: notice, status: 'accepted', reactions }),
    json(404, { code: 'notice/not-found' }),
  ])
  const to = ['--gateway', url, '--token', 'T']
  const asked = terminal()
  t.equal(await asked.run('said', 's', ...to), 0)
  t.equal(await asked.run('status', notice, ...to), 0)
  t.match(JSON.parse(asked.out[0]!), { type: 'reaction', status: 'accepted' })
  t.match(JSON.parse(asked.out[1]!), { reactions })
  t.equal(await asked.run('said', 'x', ...to), 1)
  t.same(
    seen.map((request) => request.url),
    ['/v1/said/s', `/v1/notices/${notice}`, '/v1/said/x'],
  )
})
