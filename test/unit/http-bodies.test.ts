import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { serve, json, noticeRoutes } from './runtime-http-fixtures.ts'

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

const post = (headers: Record<string, string>, body: string | Buffer | undefined = '{}') => ({
  method: 'POST',
  body: body as string,
  headers,
})

const refused: [string, string, RequestInit, number, string][] = [
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

await t.test('every request that does not fit is refused with its code as a problem', async (t) => {
  const url = await serve(t, noticeRoutes)
  for (const [what, path, init, status, code] of refused) {
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
