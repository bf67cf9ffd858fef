import fastifyJwt from '@fastify/jwt'
import type { FastifyRequest } from 'fastify'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Client, Micros, Registry } from '#core/registry/registry.ts'
import { nowMicros, type Clock } from '#runtime/process/clock.ts'
import type { Http } from '#runtime/http/http.ts'
import { RegistryStale } from '#store/registry/watch.ts'
import { tokenAudience, tokenIssuer, tokenTyp, type AccessClaims } from './access-token.ts'
import { isAdmitted, readerKey, type FeedReader } from '../reading/reader.ts'

const requiredClaims = [
  'iss',
  'aud',
  'exp',
  'iat',
  'sub',
  'client_id',
  'agency',
  'participant',
  'purpose',
  'scope',
  'jti',
]

/**
 * Adds the check of our own access tokens. The signature of a token seen in the last 5 s is not
 * verified again.
 */
export const addAccessTokens = async (app: Http, publicPem: string): Promise<void> => {
  await app.register(fastifyJwt, {
    secret: { public: publicPem },
    decode: { complete: true, checkTyp: tokenTyp },
    verify: {
      algorithms: ['EdDSA'],
      allowedIss: tokenIssuer,
      allowedAud: tokenAudience,
      checkTyp: tokenTyp,
      requiredClaims,
      clockTolerance: 0,
      cache: 2000,
      cacheTTL: 5000,
    },
  } as Parameters<typeof fastifyJwt>[1])
}

/**
 * The reader of a request. The token names the client; the registry decides on every request
 * whether the client may still read.
 */
export const authenticateReader = async (
  request: FastifyRequest,
  scope: string,
  registry: () => Registry,
  now: () => Micros,
): Promise<Checked<FeedReader>> => {
  if (request.headers.authorization === undefined) return refuse('auth/no-token')
  const claims = await request.jwtVerify<AccessClaims>().catch(() => undefined)
  if (claims === undefined) return refuse('auth/bad-token')
  if (!claims.scope.split(' ').includes(scope))
    return refuse('auth/missing-scope', undefined, scope)
  const current = trustedRegistry(registry)
  return current.ok ? readerOf(claims, current.value, now()) : current
}

export const trustedRegistry = (registry: () => Registry): Checked<Registry> => {
  try {
    return accept(registry())
  } catch (error) {
    if (error instanceof RegistryStale) return refuse('service/no-registry')
    throw error
  }
}

const readerOf = (claims: AccessClaims, registry: Registry, now: Micros): Checked<FeedReader> => {
  const client = registry.clients.get(claims.client_id)
  if (client === undefined || client.agency !== claims.agency || client.purpose !== claims.purpose)
    return refuse('auth/bad-token')
  const standing = standingOf(client, registry, now)
  if (!standing.ok) return standing
  const { participant, type } = standing.value
  if (participant !== claims.participant) return refuse('auth/bad-token')
  return accept({
    client: client.id,
    agency: client.agency,
    participant,
    type,
    purpose: client.purpose,
    key: readerKey(client.agency, client.purpose),
    tokenExpiresAt: claims.exp * 1_000_000,
  })
}

/** Whether this client may read anything now. */
export const standingOf = (
  client: Client,
  registry: Registry,
  now: Micros,
): Checked<Pick<FeedReader, 'participant' | 'type'>> => {
  const agency = registry.agencies.get(client.agency)
  if (agency === undefined) return refuse('auth/unknown-agency')
  const participant = registry.participants.get(agency.participant)
  const active =
    client.status === 'active' && agency.status === 'active' && participant?.status === 'active'
  if (!active || !isAdmitted({ participant: participant.id, agency: agency.id }, registry, now))
    return refuse('auth/suspended')
  return accept({ participant: participant.id, type: participant.type })
}

/**
 * Whether a reader may still read. A stream asks it again, because a stream outlives the check of
 * its request.
 */
export const stillStands = (
  reader: FeedReader,
  registry: () => Registry,
  clock: Pick<Clock, 'now' | 'problems'>,
): Checked<true> => {
  if (clock.problems().length > 0) return refuse('service/clock-off')
  const current = trustedRegistry(registry)
  if (!current.ok) return current
  const client = current.value.clients.get(reader.client)
  if (client === undefined || client.agency !== reader.agency || client.purpose !== reader.purpose)
    return refuse('auth/bad-token')
  const standing = standingOf(client, current.value, clock.now())
  if (!standing.ok) return standing
  return nowMicros() < reader.tokenExpiresAt
    ? accept(true)
    : refuse('auth/bad-token', undefined, 'The token has expired.')
}
