import rateLimit from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accept, type Checked, type Refusal, refuse } from '#core/refusal.ts'
import type { Signer } from '#core/keys.ts'
import type { Registry } from '#core/registry.ts'
import type { Http } from '#runtime/http.ts'
import { problem, problemBody, problemType } from '#runtime/problem.ts'
import { mintAccessToken, scopes } from '../access-token.ts'
import { registryOf, standingOf } from '../auth.ts'
import { createClientCheck, SecretQueueFull } from '../client-check.ts'
import { tokenSchema } from './schemas.ts'

export type TokenDeps = {
  readonly registry: () => Registry
  readonly signer: Signer
  readonly accessTokenTtlS: number
  readonly tokenRequestsPerMinute: number
  readonly onToken: () => void
}

type Form = ReadonlyMap<string, string>
type Credentials = { readonly id: string; readonly secret: string }

/** `POST /oauth/token`: client credentials (RFC 6749 §4.4), the secret by HTTP Basic or in the form (§2.3.1). */
export const addTokenRoute = async (app: Http, deps: TokenDeps): Promise<void> => {
  const isRight = createClientCheck()
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 8192 }, (_request, body, done) => done(null, body))
    await scope.register(rateLimit, {
      global: true, hook: 'preHandler', max: deps.tokenRequestsPerMinute, timeWindow: 60_000, cache: 10_000,
      keyGenerator: (request) => `${request.ip} ${claimedClient(request)}`,
    })
    scope.post('/oauth/token', { schema: tokenSchema }, async (request, reply) => {
      const asked = readRequest(request)
      if (!asked.ok) return refuseToken(reply, asked.refusal)
      const registry = registryOf(deps.registry)
      if (!registry.ok) return refuseToken(reply, registry.refusal)
      const { id, secret } = asked.value.credentials
      const client = registry.value.clients.get(id)
      try {
        if (!(await isRight(client, secret)) || client === undefined) return refuseToken(reply, { code: 'auth/bad-client' }, request.headers.authorization !== undefined)
      } catch (error) {
        if (error instanceof SecretQueueFull) return refuseToken(reply, { code: 'service/unavailable' })
        throw error
      }
      const standing = standingOf(client, registry.value)
      if (!standing.ok) return refuseToken(reply, standing.refusal)
      const token = await mintAccessToken(client, registry.value, asked.value.scope, Math.floor(Date.now() / 1000), deps.accessTokenTtlS, deps.signer)
      deps.onToken()
      return reply.send({ access_token: token, token_type: 'Bearer', expires_in: deps.accessTokenTtlS, scope: asked.value.scope })
    })
  })
}

const readRequest = (request: FastifyRequest): Checked<{ credentials: Credentials; scope: string }> => {
  const form = readForm(request.body)
  if (form === undefined) return refuse('auth/bad-grant', undefined, 'A parameter is repeated, or there is no form.')
  if (form.get('grant_type') !== 'client_credentials') return refuse('auth/bad-grant', undefined, 'grant_type')
  const scope = form.get('scope') ?? scopes.join(' ')
  if (!scope.split(' ').every((s) => (scopes as readonly string[]).includes(s))) return refuse('auth/bad-grant', undefined, 'scope')
  const credentials = readCredentials(request.headers.authorization, form)
  return credentials.ok ? accept({ credentials: credentials.value, scope }) : credentials
}

/** RFC 6749 §3.2: a parameter comes once, and an empty one is none. */
const readForm = (body: unknown): Form | undefined => {
  if (typeof body !== 'string') return undefined
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) return undefined
    form.set(name, value)
  }
  return new Map([...form].filter(([, value]) => value !== ''))
}

/** Basic, or the form; one of the two (RFC 6749 §2.3). */
const readCredentials = (authorization: string | undefined, form: Form): Checked<Credentials> => {
  const id = form.get('client_id')
  const secret = form.get('client_secret')
  if (authorization === undefined) return id !== undefined && secret !== undefined ? accept({ id, secret }) : refuse('auth/bad-client')
  const basic = readBasic(authorization)
  if (basic === undefined) return refuse('auth/bad-client')
  if (secret !== undefined || (id !== undefined && id !== basic.id)) return refuse('auth/bad-grant', undefined, 'The client authenticates in one way.')
  return accept(basic)
}

/** Both parts are form-encoded before they are put together (RFC 6749 §2.3.1). */
const readBasic = (authorization: string): Credentials | undefined => {
  const [, encoded] = /^basic ([\w+/=-]{1,4096})$/i.exec(authorization) ?? []
  const [, id, secret] = /^([^:]+):(.+)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? []
  try {
    return id === undefined || secret === undefined ? undefined : { id: decodePart(id), secret: decodePart(secret) }
  } catch {
    return undefined // an escape that is none
  }
}

const decodePart = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))

const claimedClient = (request: FastifyRequest): string => {
  const read = readRequest(request)
  return read.ok ? read.value.credentials.id : ''
}

/** RFC 6749 §5.2: its `error` stands beside the members of a problem. */
const oauthError: Partial<Record<Refusal['code'], string>> = {
  'auth/bad-client': 'invalid_client', 'auth/suspended': 'unauthorized_client', 'auth/unknown-agency': 'unauthorized_client',
}

const badGrantError = (detail: string | undefined): string =>
  detail === 'grant_type' ? 'unsupported_grant_type' : detail === 'scope' ? 'invalid_scope' : 'invalid_request'

const refuseToken = (reply: FastifyReply, refusal: Refusal, byHeader = false): FastifyReply => {
  const error = refusal.code === 'auth/bad-grant' ? badGrantError(refusal.detail) : oauthError[refusal.code]
  if (error === undefined) return problem(reply, refusal)
  const body = problemBody(refusal)
  if (byHeader || body.status === 401) reply.header('www-authenticate', 'Basic realm="switchboard"')
  return reply.code(body.status).type(problemType).send(JSON.stringify({ ...body, error }))
}
