import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { refuse } from '#core/refusal.ts'
import { bodyBytes } from '#runtime/http/body.ts'
import { createHttp, guard, type Http, type HttpOptions } from '#runtime/http/http.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { sendRefusal } from '#runtime/http/problem.ts'

const log = createLog({ service: 'test', level: 'silent' })

const serve = async (
  t: Test,
  routes: (app: Http) => void = () => undefined,
  options: Partial<HttpOptions> = {},
): Promise<string> => {
  const api = {
    title: 'Test',
    version: '1',
    description: 'd',
    schemas: { Notice: { type: 'object', properties: { kind: { const: 'x' } } } },
  }
  const app = await createHttp({
    service: 'test',
    log,
    metrics: createMetrics('test'),
    ready: async () => [],
    api,
    ...options,
  })
  routes(app)
  t.teardown(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

const json = { 'content-type': 'application/json' }

const noticeRoutes = (app: Http): void => {
  app.post(
    '/v1/notices',
    {
      schema: {
        body: { $ref: '#/components/schemas/Notice' },
        response: { 200: { type: 'object', properties: { size: { type: 'integer' } } } },
      },
    },
    async (request, reply) => {
      const body = bodyBytes(request)
      if (!body.ok) return sendRefusal(reply, body.refusal)
      return {
        size: body.value.length,
        sha256: createHash('sha256').update(body.value).digest('hex'),
      }
    },
  )
  const querystring = {
    type: 'object',
    additionalProperties: false,
    properties: { limit: { type: 'string', pattern: '^[1-9][0-9]{0,2}$' } },
  }
  app.get('/v1/notices/:id', { schema: { querystring } }, (request, reply) =>
    reply.send(request.query),
  )
}

await t.test(
  'a JSON body reaches the handler as the bytes that were sent, whatever its schema says',
  async (t) => {
    const url = await serve(t, noticeRoutes)
    for (const body of ['{"kind":"y","kind":1e400}', '\u{feff} not json', randomBytes(1000)]) {
      const bytes = Buffer.from(body as string)
      const answer = await fetch(`${url}/v1/notices`, {
        method: 'POST',
        body: bytes,
        headers: json,
      })
      t.strictSame(
        [answer.status, await answer.json()],
        [200, { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }],
        'and no member of the answer is dropped',
      )
    }
  },
)

await t.test('every request that does not fit is refused with its code as a problem', async (t) => {
  const url = await serve(t, noticeRoutes)
  const post = (headers: Record<string, string>, body: string | Buffer | undefined = '{}') => ({
    method: 'POST',
    body: body as string,
    headers,
  })
  const rows: [string, string, RequestInit, number, string][] = [
    ['an unknown path', '/nope', {}, 404, 'request/not-found'],
    [
      'an unknown path with a strange body',
      '/nope',
      post({ 'content-type': 'x/y' }),
      404,
      'request/not-found',
    ],
    ['another method', '/v1/notices', { method: 'DELETE' }, 405, 'request/method-not-allowed'],
    [
      'another method of a path with a parameter',
      '/v1/notices/5?limit=1',
      post(json),
      405,
      'request/method-not-allowed',
    ],
    ['an empty body', '/v1/notices', { method: 'POST' }, 400, 'body/empty'],
    ['an empty JSON body', '/v1/notices', post(json, ''), 400, 'body/empty'],
    ['no media type', '/v1/notices', post({ 'content-type': '' }), 415, 'body/media-type'],
    [
      'another media type',
      '/v1/notices',
      post({ 'content-type': 'text/plain' }),
      415,
      'body/media-type',
    ],
    [
      'a media type with text behind it (CVE-2026-3419)',
      '/v1/notices',
      post({ 'content-type': 'application/json x' }),
      415,
      'body/media-type',
    ],
    [
      'a media type that only begins so',
      '/v1/notices',
      post({ 'content-type': 'application/jsonx' }),
      415,
      'body/media-type',
    ],
    [
      'two media types',
      '/v1/notices',
      post({ 'content-type': 'application/json, text/plain' }),
      415,
      'body/media-type',
    ],
    [
      'a compressed body',
      '/v1/notices',
      post({ ...json, 'content-encoding': 'gzip' }),
      415,
      'body/media-type',
    ],
    [
      'a body beyond the limit',
      '/v1/notices',
      post(json, Buffer.alloc(256 * 1024 + 1)),
      413,
      'body/too-large',
    ],
    ['a parameter that fits no pattern', '/v1/notices/5?limit=0', {}, 400, 'request/bad-parameter'],
    ['a parameter twice', '/v1/notices/5?limit=1&limit=2', {}, 400, 'request/bad-parameter'],
    ['an unknown parameter', '/v1/notices/5?limits=1', {}, 400, 'request/bad-parameter'],
    ['a path that is not well-formed', '/v1/notices/%E0%A4%A', {}, 400, 'request/failed'],
    ['a path part that is too long', `/v1/notices/${'a'.repeat(300)}`, {}, 400, 'request/failed'],
  ]
  for (const [what, path, init, status, code] of rows) {
    const answer = await fetch(url + path, init)
    const body = (await answer.json()) as { code: string; status: number; type: string }
    t.strictSame(
      [answer.status, body.status, body.code, body.type],
      [status, status, code, `urn:switchboard:problem:${code}`],
      what,
    )
    t.match(answer.headers.get('content-type'), /^application\/problem\+json/)
  }
  t.equal((await fetch(`${url}/v1/notices`, { method: 'DELETE' })).headers.get('allow'), 'POST')
})

await t.test('parameters are neither converted nor filled in', async (t) => {
  const url = await serve(t, noticeRoutes)
  t.strictSame(await (await fetch(`${url}/v1/notices/5?limit=12`)).json(), { limit: '12' })
})

await t.test(
  'a fault is 500 with the request id and nothing of the error; a dependency that is away is ' +
    '503 with Retry-After',
  async (t) => {
    const url = await serve(t, (app) => {
      app.get('/fault', async () => {
        throw new TypeError('SECRET')
      })
      app.get('/thrown', async () => {
        throw Object.assign(new Error('SECRET'), { statusCode: 418 })
      })
      app.get('/away', async () => {
        throw new Error('SECRET', { cause: Object.assign(new Error('x'), { code: '53300' }) })
      })
      app.get('/limited', async () => {
        throw Object.assign(new Error('SECRET'), { statusCode: 429 })
      })
    })
    for (const [path, status, code] of [
      ['/fault', 500, 'service/internal'],
      ['/thrown', 400, 'request/failed'],
      ['/away', 503, 'service/unavailable'],
      ['/limited', 429, 'service/too-many-requests'],
    ] as const) {
      const answer = await fetch(url + path)
      const text = await answer.text()
      t.strictSame([answer.status, JSON.parse(text).code], [status, code])
      t.equal(JSON.parse(text).instance, `urn:uuid:${answer.headers.get('x-request-id')}`)
      t.notMatch(text, 'SECRET')
      t.equal(answer.headers.has('retry-after'), status === 503 || status === 429)
    }
  },
)

await t.test(
  'a guard answers before the body is read, and a 401 says how to authenticate',
  async (t) => {
    let called = 0
    const url = await serve(t, (app) => {
      app.post(
        '/guarded',
        {
          onRequest: guard(async (request) =>
            request.headers.authorization ? { ok: true, value: 1 } : refuse('auth/no-token'),
          ),
        },
        async () => ({ called: ++called }),
      )
    })
    const answer = await fetch(`${url}/guarded`, {
      method: 'POST',
      body: Buffer.alloc(300_000),
      headers: json,
    })
    t.strictSame(
      [answer.status, answer.headers.get('www-authenticate'), called],
      [401, 'Bearer', 0],
      'not 413',
    )
    t.equal(
      (
        await fetch(`${url}/guarded`, {
          method: 'POST',
          body: '{}',
          headers: { ...json, authorization: 'x' },
        })
      ).status,
      200,
    )
  },
)

await t.test(
  'health, readiness with its reasons, documentation and the description are open to all',
  async (t) => {
    let reasons: string[] = []
    const url = await serve(t, noticeRoutes, {
      ready: async () => reasons,
      alive: () => reasons.filter((r) => r === 'stuck'),
    })
    const status = async (path: string) => (await fetch(url + path)).status
    t.strictSame(
      await Promise.all(['/healthz', '/readyz', '/docs', '/openapi.json'].map(status)),
      [200, 200, 200, 200],
    )
    reasons = ['no registry']
    t.match(await (await fetch(`${url}/readyz`)).json(), {
      status: 503,
      code: 'service/unavailable',
      detail: 'no registry',
    })
    t.equal(await status('/healthz'), 200)
    reasons = ['stuck']
    t.equal(await status('/healthz'), 503)
    const api = (await (await fetch(`${url}/openapi.json`)).json()) as {
      openapi: string
      paths: Record<string, { post?: { requestBody?: unknown } }>
      components: { schemas: object }
    }
    t.equal(api.openapi, '3.1.0')
    t.strictSame(
      Object.keys(api.paths),
      ['/v1/notices', '/v1/notices/{id}'],
      'operational routes are not in it',
    )
    t.match(api.paths['/v1/notices']?.post?.requestBody, {
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Notice' } } },
    })
    t.strictSame(api.components.schemas, {
      Notice: { type: 'object', properties: { kind: { const: 'x' } } },
    })
  },
)

await t.test('a check of readiness that fails or hangs is "not ready", not an error', async (t) => {
  const failing = await serve(t, undefined, {
    ready: async () => {
      throw new Error('SECRET')
    },
  })
  t.match(await (await fetch(`${failing}/readyz`)).json(), {
    code: 'service/unavailable',
    detail: 'the check of readiness failed',
  })
  let asked = 0
  const hanging = await serve(t, undefined, {
    ready: () => {
      asked++
      return new Promise(() => undefined)
    },
  })
  const answers = await Promise.all(
    [1, 2, 3].map(async () => (await fetch(`${hanging}/readyz`)).status),
  )
  t.strictSame(
    [answers, asked],
    [[503, 503, 503], 1],
    'and the database is asked once for all that ask at once',
  )
})

await t.test(
  'metrics are for loopback without a proxy, or for whom the guard passes, and name routes, ' +
    'never ids',
  async (t) => {
    const url = await serve(t, noticeRoutes, {
      metricsGuard: async (request) => request.headers['x-operator'] === 'yes',
    })
    await fetch(`${url}/v1/notices/0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11`)
    await fetch(`${url}/some/secret/path`)
    const text = await (await fetch(`${url}/metrics`)).text()
    t.match(
      text,
      'http_requests_total{route="/v1/notices/:id",method="GET",status="200",service="test"} 1',
    )
    t.match(
      text,
      'http_requests_total{route="unmatched",method="GET",status="404",service="test"} 1',
    )
    t.notMatch(text, /0193a1c2|secret/)
    t.equal(
      (await fetch(`${url}/metrics`, { headers: { 'x-forwarded-for': '127.0.0.1' } })).status,
      403,
    )
    t.equal(
      (
        await fetch(`${url}/metrics`, {
          headers: { 'x-forwarded-for': '8.8.8.8', 'x-operator': 'yes' },
        })
      ).status,
      200,
    )
  },
)

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
