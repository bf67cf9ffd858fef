import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { SignJWT, type JWTPayload } from 'jose'
import { type Test } from 'tap'
import { accept } from '#core/refusal.ts'
import { createHttp } from '#runtime/http/http.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { problem } from '#runtime/http/problem.ts'
import { boundRequests } from '#runtime/http/request-bound.ts'
import { call, type Answer } from '#test/support/clients.ts'
import { addNationalTokens, authenticateCaller } from '../../services/gateway/keys/auth.ts'
import type { RegistryState } from '../../services/gateway/exchange/registry-state.ts'

type Key = {
  readonly kid: string
  readonly jwk: object
  readonly sign: (claims?: JWTPayload) => Promise<string>
}

const issuer = 'https://id.police.th.example'

export const now = (): number => Math.floor(Date.now() / 1000)

export const makeKey = (kid: string): Key => {
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

/** The issuer's own server: a real one, which can be stopped and started at its port. */
export const serveKeys = async (t: Test) => {
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

export const [maxAgeMs, outageMs, restMs] = [300_000, 3_600_000, 5000]

/**
 * What a gateway does with a token before anything else. Its clock stands still until a test moves
 * it.
 */
export const serveGateway = async (t: Test, jwks: string, perMinute = 10_000) => {
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
