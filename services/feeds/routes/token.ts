import rateLimit from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accept, type Checked, type Refusal, refuse } from '#core/refusal.ts'
import type { Signer } from '#core/signing/keys.ts'
import type { Client, Registry } from '#core/registry/registry.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem, problemFor, problemType } from '#runtime/http/problem.ts'
import { mintAccessToken } from '../clients/access-token.ts'
import { trustedRegistry, standingOf } from '../clients/auth.ts'
import { createClientCheck, SecretQueueFull } from '../clients/client-check.ts'
import { readTokenRequest, type Credentials, type TokenRequest } from '../clients/token-request.ts'
import { tokenSchema } from './schemas.ts'

export type TokenDeps = {
  readonly registry: () => Registry
  readonly signer: Signer
  readonly accessTokenTtlS: number
  readonly tokenRequestsPerMinute: number
  /** What an assertion of a client may name as its audience, beside our issuer name. */
  readonly tokenAudiences: readonly string[]
  readonly onToken: () => void
}

/**
 * `POST /oauth/token`: client credentials (RFC 6749 §4.4), by a secret or by `private_key_jwt` (RFC
 * 7523).
 */
export const addTokenRoute = async (app: Http, deps: TokenDeps): Promise<void> => {
  const clientOf = createClientCheck(deps.tokenAudiences)
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 8192 },
      (_request, body, done) => done(null, body),
    )
    await scope.register(rateLimit, {
      global: true,
      hook: 'preHandler',
      max: deps.tokenRequestsPerMinute,
      timeWindow: 60_000,
      cache: 10_000,
      keyGenerator: (request) => `${request.ip} ${claimedClient(request)}`,
    })
    scope.post('/oauth/token', { schema: tokenSchema }, async (request, reply) => {
      const issued = await issue(
        readTokenRequest(request.body, request.headers.authorization),
        clientOf,
        deps,
      )
      if (!issued.ok) return refuseToken(reply, issued.refusal)
      deps.onToken()
      return reply.send(issued.value)
    })
  })
}

/** Reads the request, finds the client, checks that it may read now, and signs its token. */
const issue = async (
  asked: Checked<TokenRequest>,
  clientOf: ReturnType<typeof createClientCheck>,
  deps: TokenDeps,
): Promise<Checked<object>> => {
  if (!asked.ok) return asked
  const registry = trustedRegistry(deps.registry)
  if (!registry.ok) return registry
  const client = await found(clientOf, asked.value.credentials, registry.value)
  if (!client.ok) return client
  const standing = standingOf(client.value, registry.value)
  if (!standing.ok) return standing
  const { accessTokenTtlS: ttl, signer } = deps
  const token = await mintAccessToken(
    client.value,
    registry.value,
    asked.value.scope,
    Math.floor(Date.now() / 1000),
    ttl,
    signer,
  )
  return accept({
    access_token: token,
    token_type: 'Bearer',
    expires_in: ttl,
    scope: asked.value.scope,
  })
}

const found = async (
  clientOf: ReturnType<typeof createClientCheck>,
  credentials: Credentials,
  registry: Registry,
): Promise<Checked<Client>> => {
  try {
    const client = await clientOf(credentials, registry)
    return client === undefined ? refuse('auth/bad-client') : accept(client)
  } catch (error) {
    if (error instanceof SecretQueueFull) return refuse('service/unavailable')
    throw error
  }
}

const claimedClient = ({ body, headers }: FastifyRequest): string => {
  const read = readTokenRequest(body, headers.authorization)
  return read.ok ? read.value.credentials.id : ''
}

/** RFC 6749 §5.2: its `error` is a further member of the problem. */
const oauthError: Partial<Record<Refusal['code'], string>> = {
  'auth/bad-client': 'invalid_client',
  'auth/suspended': 'unauthorized_client',
  'auth/unknown-agency': 'unauthorized_client',
}

const badGrantError = (detail: string | undefined): string =>
  detail === 'grant_type'
    ? 'unsupported_grant_type'
    : detail === 'scope'
      ? 'invalid_scope'
      : 'invalid_request'

const refuseToken = (reply: FastifyReply, refusal: Refusal): FastifyReply => {
  const error =
    refusal.code === 'auth/bad-grant' ? badGrantError(refusal.detail) : oauthError[refusal.code]
  if (error === undefined) return problem(reply, refusal)
  const body = problemFor(reply, refusal)
  if (body.status === 401) reply.header('www-authenticate', 'Basic realm="switchboard"')
  return reply
    .code(body.status)
    .type(problemType)
    .send(JSON.stringify({ ...body, error }))
}
