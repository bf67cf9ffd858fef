import t from 'tap'
import { refuse } from '#core/refusal.ts'
import { guard } from '#runtime/http/http.ts'
import { serve, json } from './runtime-http-fixtures.ts'

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
