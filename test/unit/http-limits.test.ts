import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createHttp } from '#runtime/http/http.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { log, serve, json, noticeRoutes } from './runtime-http-fixtures.ts'

const raw = async (url: string, text: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => (answer += String(chunk)))
  socket.on('error', () => undefined)
  socket.write(text)
  await once(socket, 'close')
  return answer
}

await t.test(
  'what is not HTTP, too long a header or a request that does not come is answered with a ' +
    'problem and closed',
  async (t) => {
    const url = await serve(t, noticeRoutes, { requestTimeoutMs: 300 })
    t.match(
      await raw(url, 'NOT HTTP\r\n\r\n'),
      /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*request\/failed/,
    )
    t.match(
      await raw(url, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 [^]*request\/failed/,
    )
    t.match(
      await raw(url, 'GET / HTTP/1.1\r\nhost: a\r\nx: '),
      /^HTTP\/1\.1 408 [^]*request\/failed/,
      'slow headers',
    )
    t.match(
      await raw(
        url,
        'POST /v1/notices HTTP/1.1\r\nhost: a\r\ncontent-type: ' +
          'application/json\r\ncontent-length: 10\r\n\r\n{',
      ),
      /^HTTP\/1\.1 408 /,
      'slow body',
    )
  },
)

await t.test('a body without end is cut off at the limit', async (t) => {
  const url = await serve(t, noticeRoutes)
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
  })
  const answer = await fetch(`${url}/v1/notices`, {
    method: 'POST',
    body: endless,
    duplex: 'half',
    headers: json,
  }).catch(() => undefined)
  t.ok(answer === undefined || answer.status === 413)
  t.equal((await fetch(`${url}/healthz`)).status, 200)
})

await t.test('closing answers what is under way and takes nothing after it', async (t) => {
  const app = await createHttp({
    service: 'test',
    log,
    metrics: createMetrics('test'),
    ready: async () => [],
    api: { title: 'T', version: '1', description: 'd' },
  })
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
  app.get('/slow', async () => {
    enter()
    await delay(100)
    return { done: true }
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const slow = fetch(`${url}/slow`)
  await entered
  const closed = app.close()
  t.strictSame(await (await slow).json(), { done: true })
  await closed
  await t.rejects(fetch(`${url}/healthz`))
})
