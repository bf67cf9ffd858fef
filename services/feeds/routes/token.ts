import type { FastifyReply } from 'fastify'
import { accept, type Checked, type Refusal } from '#core/refusal.ts'
import type { Signer } from '#core/signing/keys.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { addressGroup } from '#runtime/http/address-group.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem, problemFor, problemType } from '#runtime/http/problem.ts'
import { mintAccessToken } from '../clients/access-token.ts'
import { trustedRegistry, standingOf } from '../clients/auth.ts'
import type { UseAssertion } from '../clients/client-assertion.ts'
import { createClientCheck, type ClientCheck } from '../clients/client-check.ts'
import { readTokenRequest, type TokenRequest } from '../clients/token-request.ts'
import { tokenSchema } from './schemas.ts'

export type TokenDeps = {
  readonly registry: () => Registry
  readonly now: () => Micros
  readonly signer: Signer
  readonly accessTokenTtlS: number
  readonly tokenRequestsPerMinute: number
  /** What an assertion of a client may name as its audience, beside our issuer name. */
  readonly tokenAudiences: readonly string[]
  readonly useAssertion: UseAssertion
  readonly onToken: () => void
}

/**
 * `POST /oauth/token`: client credentials (RFC 6749 §4.4), by a secret or by `private_key_jwt` (RFC
 * 7523).
 */
export const addTokenRoute = async (app: Http, deps: TokenDeps): Promise<void> => {
  const clientOf = createClientCheck({
    audiences: deps.tokenAudiences,
    perMinute: deps.tokenRequestsPerMinute,
    useAssertion: deps.useAssertion,
  })
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 8192 },
      (_request, body, done) => done(null, body),
    )
    scope.post('/oauth/token', { schema: tokenSchema }, async (request, reply) => {
      const issued = await issue(
        readTokenRequest(request.body, request.headers.authorization),
        (credentials, registry) => clientOf(credentials, addressGroup(request.ip), registry),
        deps,
      )
      if (!issued.ok) return refuseToken(reply, issued.refusal)
      deps.onToken()
      return reply.send(issued.value)
    })
  })
}

type ClientOf = (
  credentials: TokenRequest['credentials'],
  registry: Registry,
) => ReturnType<ClientCheck>

/** Reads the request, finds the client, checks that it may read now, and signs its token. */
const issue = async (
  asked: Checked<TokenRequest>,
  clientOf: ClientOf,
  deps: TokenDeps,
): Promise<Checked<object>> => {
  if (!asked.ok) return asked
  const registry = trustedRegistry(deps.registry)
  if (!registry.ok) return registry
  const client = await clientOf(asked.value.credentials, registry.value)
  if (!client.ok) return client
  const standing = standingOf(client.value, registry.value, deps.now())
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
