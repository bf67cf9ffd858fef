import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { SignJWT, type JWTPayload } from 'jose'
import t, { type Test } from 'tap'
import { accept } from '#core/refusal.ts'
import { createHttp } from '#runtime/http/http.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { problem } from '#runtime/http/problem.ts'
import { boundRequests } from '#runtime/http/request-bound.ts'
import { call, type Answer } from '#test/support/clients.ts'
import { addNationalTokens, authenticateCaller } from '../../services/gateway/keys/auth.ts'
import { createRemoteKeys } from '../../services/gateway/keys/remote-keys.ts'
import type { RegistryState } from '../../services/gateway/exchange/registry-state.ts'

type Key = {
  readonly kid: string
  readonly jwk: object
  readonly sign: (claims?: JWTPayload) => Promise<string>
}

const issuer = 'https://id.police.th.example'
const now = (): number => Math.floor(Date.now() / 1000)
const makeKey = (kid: string): Key => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const key = createPrivateKey({ key: privateKey.export({ format: 'jwk' }), format: 'jwk' })
  return {
    kid,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' },
    sign: (claims) =>
      new SignJWT({
        iss: issuer,
        aud: 'gateway-TH',
        sub: 'system',
        agency: 'TH-CCIB',
        scope: 'notices:read',
        iat: now(),
        exp: now() + 300,
        ...claims,
      })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
        .sign(key),
  }
}

/** The issuer's own server: a real one, that can be stopped and started at its port. */
const serveKeys = async (t: Test) => {
  const state = { keys: [] as Key[], fetched: 0, broken: false }
  let server: Server
  let port = 0
  const start = async (): Promise<void> => {
    server = createServer((_request, response) => {
      state.fetched += 1
      response
        .writeHead(state.broken ? 500 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ keys: state.keys.map((k) => k.jwk) }))
    }).listen(port, '127.0.0.1')
    await once(server, 'listening')
    ;({ port } = server.address() as { port: number })
  }
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  await start()
  t.teardown(() => void (server.listening && server.close()))
  return { state, start, stop, url: `http://127.0.0.1:${port}/jwks.json` }
}

const registry = { standing: () => accept(true as const) } as unknown as RegistryState
const [maxAgeMs, outageMs, restMs] = [300_000, 3_600_000, 5000]

/**
 * What a gateway does with a token, before it does anything else; its clock stands until it is
 * moved.
 */
const serveGateway = async (t: Test, jwks: string, perMinute = 10_000) => {
  const clock = { ms: 0 }
  const errors: unknown[] = []
  const app = await createHttp({
    service: 'test',
    log: createLog({ service: 'test', level: 'silent' }),
    metrics: createMetrics('test'),
    ready: async () => [],
    api: { title: 'Test', version: '1', description: 'd' },
  })
  const bound = await boundRequests(app, perMinute)
  await addNationalTokens(app, {
    issuer,
    jwks,
    audience: 'gateway-TH',
    maxLifeS: 600,
    remote: {
      maxAgeMs,
      outageMs,
      restMs,
      now: () => clock.ms,
      onError: (error) => errors.push(error),
    },
  })
  app.get('/', async (request, reply) => {
    const caller = await authenticateCaller(request, 'notices:read', registry, 600)
    if (!caller.ok) return problem(reply, caller.refusal)
    const allowed = await bound(request, caller.value.subject)
    return allowed.ok ? reply.send({}) : problem(reply, allowed.refusal)
  })
  t.teardown(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { clock, errors, ask: (token: string): Promise<Answer> => call(url, token) }
}

await t.test('a key that the issuer adds is fetched when a token names it', async (t) => {
  const { state, url } = await serveKeys(t)
  const { clock, ask } = await serveGateway(t, url)
  const [first, second] = [makeKey('1'), makeKey('2')]
  state.keys = [first]
  t.equal((await ask(await first.sign())).status, 200)
  state.keys = [first, second]
  clock.ms += restMs
  t.equal((await ask(await second.sign())).status, 200)
  t.equal((await ask(await first.sign())).status, 200, 'both are good while both are in the set')
  t.equal(state.fetched, 2)
})

await t.test('unknown kids fetch once in a while, however many come', async (t) => {
  const { state, url } = await serveKeys(t)
  const { clock, ask } = await serveGateway(t, url)
  state.keys = [makeKey('1')]
  const storm = () =>
    Promise.all(Array.from({ length: 100 }, async () => ask(await makeKey(randomUUID()).sign())))
  for (const answer of await storm())
    t.match(answer, { status: 401, body: { code: 'auth/bad-token' } }, { diagnostic: false })
  t.equal(state.fetched, 1)
  clock.ms += restMs
  await storm()
  t.equal(state.fetched, 2, 'once more after the rest')
  t.equal((await ask(await state.keys[0]!.sign())).status, 200)
})

await t.test(
  "an outage of the issuer's server keeps the keys that are known, for as long as is set",
  async (t) => {
    const { state, url, start, stop } = await serveKeys(t)
    const { clock, errors, ask } = await serveGateway(t, url)
    const key = makeKey('1')
    state.keys = [key]
    t.equal((await ask(await key.sign())).status, 200)
    await stop()
    clock.ms = maxAgeMs + 1
    t.equal((await ask(await key.sign())).status, 200)
    t.ok(errors.length > 0, 'and it is in the log')
    t.match(
      await ask(await makeKey('2').sign()),
      { status: 401 },
      'a kid that is not known is none',
    )
    await start()
    state.broken = true
    clock.ms += restMs
    t.equal((await ask(await key.sign())).status, 200, 'an answer that is an error is an outage')
    clock.ms = maxAgeMs + outageMs + 1
    const away = await ask(await key.sign())
    t.match(away, { status: 503, body: { code: 'service/unavailable' } })
    t.ok(away.headers.get('retry-after'))
    state.broken = false
    clock.ms += restMs
    t.equal((await ask(await key.sign())).status, 200, 'and back again')
  },
)

await t.test(
  'a gateway that starts while the server is down answers 503, not 401, and asks it once in a ' +
    'while',
  async (t) => {
    const { state, url } = await serveKeys(t)
    const { clock, ask } = await serveGateway(t, url)
    const key = makeKey('1')
    Object.assign(state, { keys: [key], broken: true })
    for (const answer of await Promise.all(
      Array.from({ length: 20 }, async () => ask(await key.sign())),
    ))
      t.equal(answer.status, 503)
    t.equal(state.fetched, 1)
    state.broken = false
    clock.ms += restMs
    t.equal((await ask(await key.sign())).status, 200)
  },
)

await t.test(
  'a key that the issuer withdraws is refused when the set is too old, though its token is good',
  async (t) => {
    const { state, url } = await serveKeys(t)
    const { clock, ask } = await serveGateway(t, url)
    const [kept, withdrawn] = [makeKey('1'), makeKey('2')]
    state.keys = [kept, withdrawn]
    const token = await withdrawn.sign()
    t.equal((await ask(token)).status, 200)
    state.keys = [kept]
    clock.ms = maxAgeMs
    t.equal((await ask(token)).status, 200, 'until then it counts')
    clock.ms += 1
    t.match(await ask(token), { status: 401, body: { code: 'auth/bad-token' } })
    t.equal((await ask(await kept.sign())).status, 200)
  },
)

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
