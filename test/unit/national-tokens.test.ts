import type { JWTPayload } from 'jose'
import t from 'tap'
import { createRemoteKeys } from '../../services/gateway/keys/remote-keys.ts'
import {
  now,
  makeKey,
  serveKeys,
  maxAgeMs,
  outageMs,
  serveGateway,
} from './national-tokens-fixtures.ts'

await t.test('keys come by https, or from this machine', async (t) => {
  const options = { maxAgeMs, outageMs, onError: () => undefined }
  t.throws(() => createRemoteKeys('http://id.police.example/jwks.json', options), /use https/)
  t.doesNotThrow(() => createRemoteKeys('https://id.police.example/jwks.json', options))
})

await t.test(
  'a token that is good for longer than ten minutes is refused, by a code of its own',
  async (t) => {
    const { state, url } = await serveKeys(t)
    const { ask } = await serveGateway(t, url)
    const key = makeKey('1')
    state.keys = [key]
    const rows: [what: string, claims: JWTPayload, status: number][] = [
      ['ten minutes', { exp: now() + 600 }, 200],
      ['a second more', { exp: now() + 602 }, 401],
      ['a day', { exp: now() + 86_400 }, 401],
      ['made long ago, for long', { iat: now() - 86_400 }, 401],
      ['dated into the future', { iat: now() + 3000, exp: now() + 3300 }, 401],
    ]
    for (const [what, claims, status] of rows)
      t.match(
        await ask(await key.sign(claims)),
        {
          status,
          ...(status === 401 && { body: { code: 'auth/token-too-long', detail: '600 s' } }),
        },
        what,
      )
    t.match(
      await ask(await makeKey('1').sign({ exp: now() + 86_400 })),
      { body: { code: 'auth/bad-token' } },
      'of a token that is not good nothing more is said',
    )
  },
)

await t.test(
  'a client that asks too often is answered 429 with when to come again; another is not',
  async (t) => {
    const { state, url } = await serveKeys(t)
    const { ask } = await serveGateway(t, url, 3)
    const key = makeKey('1')
    state.keys = [key]
    for (let i = 0; i < 3; i++) t.equal((await ask(await key.sign({ jti: String(i) }))).status, 200)
    const refused = await ask(await key.sign())
    t.match(refused, { status: 429, body: { code: 'service/too-many-requests' } })
    const wait = Number(refused.headers.get('retry-after'))
    t.ok(wait > 2 && wait <= 60, `come again in ${wait} s`)
    t.equal((await ask(await key.sign({ sub: 'another' }))).status, 200)
  },
)
