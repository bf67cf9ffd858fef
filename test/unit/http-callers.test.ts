import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import type { CallerSettings, Http } from '#runtime/http/http.ts'
import { accept } from '#core/refusal.ts'
import { readBody } from '#runtime/http/body.ts'
import { problem } from '#runtime/http/problem.ts'
import { bearer } from '#runtime/http/schema-parts.ts'
import { until } from '#test/support/until.ts'
import { serve } from './runtime-http-fixtures.ts'

/** A route that takes the token `good`, and one that keeps its answer until it is let go. */
const routes = (app: Http): void => {
  const known = (authorization: string | undefined): boolean => authorization === 'Bearer good'
  app.get('/v1/mine', { schema: { security: bearer } }, async (request, reply) => {
    if (!known(request.headers.authorization)) return problem(reply, { code: 'auth/bad-token' })
    app.callerKnown(request, 'somebody')
    return { yours: true }
  })
  app.get('/v1/stream', { schema: { security: bearer } }, async (request, reply) => {
    app.callerKnown(request, 'somebody')
    reply.hijack()
    reply.raw.writeHead(200)
    reply.raw.write('open\n')
  })
}

const served = (t: Test, bounds: Partial<CallerSettings>): Promise<string> =>
  serve(t, routes, {
    callers: {
      localMetrics: true,
      connectionsPerCaller: 500,
      failedRequestsPerMinute: 6000,
      trustedProxies: [],
      ...bounds,
    },
  })

const ask = (url: string, token: string, more: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/v1/mine`, { headers: { authorization: `Bearer ${token}`, ...more } })

const idle = async (t: Test, url: string): Promise<Socket> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

await t.test('idle connections without a token make room for who comes next', async (t) => {
  const url = await served(t, { connectionsPerCaller: 5 })
  const sockets: Socket[] = []
  for (let i = 0; i < 20; i++) sockets.push(await idle(t, url))
  await until('the oldest are closed', async () => {
    for (const socket of sockets) socket.resume()
    return sockets.filter((s) => s.closed || s.destroyed).length === 15
  })
  t.ok(
    sockets.slice(-5).every((socket) => !socket.destroyed),
    'the newest stay',
  )
  t.equal((await ask(url, 'good')).status, 200, 'and an honest caller is answered')
})

await t.test('a request under way of a known caller is not cut off', async (t) => {
  const url = await served(t, { connectionsPerCaller: 2 })
  const stream = await fetch(`${url}/v1/stream`, { headers: { authorization: 'Bearer good' } })
  const reader = stream.body!.getReader()
  t.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'open\n')
  let ended = false
  const rest = reader.read().then(
    () => (ended = true),
    () => (ended = true),
  )
  for (let i = 0; i < 10; i++) await idle(t, url)
  for (let i = 0; i < 5; i++) t.equal((await ask(url, 'good')).status, 200)
  t.equal(ended, false, 'the stream is still open')
  await reader.cancel()
  await rest
})

await t.test(
  'an address with too many bad tokens is refused, and a token that was good goes on',
  async (t) => {
    const url = await served(t, { failedRequestsPerMinute: 5 })
    t.equal((await ask(url, 'good')).status, 200)
    for (let i = 0; i < 5; i++) t.equal((await ask(url, `bad-${i}`)).status, 401)
    const refused = await ask(url, 'bad-5')
    t.equal(refused.status, 429)
    t.ok(Number(refused.headers.get('retry-after')) > 0)
    t.match(await refused.json(), { code: 'service/too-many-failures' })
    t.equal((await ask(url, 'good')).status, 200)
    t.equal((await fetch(`${url}/healthz`)).status, 200, 'what asks for no token is answered')
  },
)

await t.test(
  'behind a trusted proxy the addresses of the callers count, and nobody else can choose one',
  async (t) => {
    const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address })
    const trusting = await served(t, {
      failedRequestsPerMinute: 2,
      trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
    })
    for (let i = 0; i < 2; i++) await ask(trusting, 'bad', from('192.0.2.1'))
    t.equal((await ask(trusting, 'bad', from('192.0.2.1'))).status, 429)
    t.equal((await ask(trusting, 'bad', from('192.0.2.2'))).status, 401)
    const direct = await served(t, { failedRequestsPerMinute: 2 })
    for (let i = 0; i < 2; i++) await ask(direct, 'bad', from(`192.0.2.${i}`))
    t.equal((await ask(direct, 'bad', from('192.0.2.9'))).status, 429)
  },
)

await t.test('a proxy on this machine does not open the metrics to others', async (t) => {
  const metrics = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
    const { port } = new URL(url)
    const answer = Promise.withResolvers<number>()
    request({ host: '127.0.0.1', port, path: '/metrics', headers }, (response) => {
      response.resume()
      answer.resolve(response.statusCode!)
    }).end()
    return answer.promise
  }
  const url = await served(t, {})
  t.equal(await metrics(url), 200, 'of this machine')
  t.equal(await metrics(url, { host: 'localhost:8082' }), 200)
  const proxied: Record<string, string>[] = [
    { host: 'feeds.hub.example' },
    { via: '1.1 proxy' },
    { 'x-forwarded-for': '192.0.2.1' },
    { 'x-forwarded-proto': 'https' },
    { forwarded: 'for=192.0.2.1' },
    { 'x-real-ip': '192.0.2.1' },
  ]
  for (const headers of proxied) t.equal(await metrics(url, headers), 403, JSON.stringify(headers))
  const closed = await served(t, { localMetrics: false })
  t.equal(await metrics(closed), 403, 'where the setting says so')
})

await t.test(
  'NUL in a parameter is refused at every route, and half a surrogate pair',
  async (t) => {
    const url = await serve(t, (app) => {
      app.get('/v1/things/:id', (request) => Promise.resolve(request.query))
      app.post('/v1/things', (request, reply) => {
        const read = readBody(request, accept)
        return read.ok ? reply.send({ read: true }) : problem(reply, read.refusal)
      })
    })
    for (const path of ['a%00b', 'a?issuer=%00', 'a?%00=x', 'a?x=1&x=%00', '%ED%A0%80']) {
      const answer = await fetch(`${url}/v1/things/${path}`)
      t.equal(answer.status, 400, path)
      t.match(await answer.json(), { code: /^request\/(bad-parameter|failed)$/ }, path)
    }
    t.equal((await fetch(`${url}/v1/things/a?x=%EF%BF%BF`)).status, 200, 'U+FFFF is a character')
    const rows: [string, string, string][] = [
      [String.raw`{"a":["\u0000"]}`, 'body/nul', '/a/0'],
      [String.raw`{"a":{"b/c":"x\u0000"}}`, 'body/nul', '/a/b~1c'],
      [String.raw`{"a\u0000":1}`, 'body/nul', ''],
      [String.raw`{"a":"\ud800"}`, 'body/lone-surrogate', '/a'],
    ]
    for (const [body, code, pointer] of rows) {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${url}/v1/things`, { method: 'POST', headers, body })
      t.match(
        { status: answer.status, body: await answer.json() },
        { status: 400, body: { code, errors: [{ pointer, code }] } },
        body,
      )
    }
  },
)
