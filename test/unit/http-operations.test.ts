import t from 'tap'
import { serve, noticeRoutes } from './runtime-http-fixtures.ts'

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
