import fastifyJwt, { type FastifyJWTOptions } from '@fastify/jwt'
import type { FastifyRequest } from 'fastify'
import { decodeProtectedHeader, type JWTPayload } from 'jose'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { covers, type Micros, type Registry } from '#core/registry/registry.ts'
import type { Person } from '#core/registry/proposal.ts'
import { RegistryStale } from '#store/registry/watch.ts'
import {
  operatorAudience,
  operatorIssuer,
  operatorRoles,
  operatorTokenTyp,
  type OperatorRole,
} from '#runtime/keys/operator-token.ts'
import type { Http } from '#runtime/http/http.ts'
import { tokenSecret } from '#runtime/keys/token-keys.ts'
import { tokenLife } from '#runtime/keys/token-life.ts'
import type { SessionKeys } from './session-keys.ts'

/** The person of a request. `participant` is set for an NCB, which sees only its own side. */
export type Operator = {
  readonly person: string
  readonly role: OperatorRole
  readonly participant?: string
}

export type AuthenticateOperator = (request: FastifyRequest) => Promise<Checked<Operator>>

export type AuthDeps = {
  readonly keys: () => SessionKeys
  readonly registry: () => Registry
  readonly now: () => Micros
  readonly maxLifeS: number
}

/**
 * Finds the operator of a request. Every fault of a token gets the same answer, except a life that
 * is too long. The registry decides on every request whether an NCB's participant may still act.
 */
export const createAuthenticate =
  ({ keys, registry, now, maxLifeS }: AuthDeps): AuthenticateOperator =>
  async (request) => {
    const token = /^Bearer ([\w.-]{1,4096})$/.exec(request.headers.authorization ?? '')?.[1]
    if (request.headers.authorization === undefined) return refuse('auth/no-token')
    const claims = token === undefined ? undefined : await claimsOf(request, token, keys())
    const operator = operatorOf(claims)
    if (claims === undefined || operator === undefined) return refuse('auth/bad-token')
    if (tokenLife({ iat: claims.iat!, exp: claims.exp! }) > maxLifeS)
      return refuse('auth/token-too-long', undefined, `${maxLifeS} s`)
    const current = fresh(registry)
    if (current === undefined) return refuse('service/no-registry')
    return operator.participant === undefined
      ? accept(operator)
      : inGoodStanding(operator, operator.participant, current, now())
  }

/** The registry, or undefined if it is too old to be trusted. */
const fresh = (registry: () => Registry): Registry | undefined => {
  try {
    return registry()
  } catch (error) {
    if (error instanceof RegistryStale) return undefined
    throw error
  }
}

/**
 * Adds the check of operators' tokens: one of the current session keys signs the token, its `typ`,
 * `iss` and `aud` are those of the console, and no claim is missing. No verified token is cached,
 * so a session key that is removed stops counting at once.
 */
export const addOperatorTokens = async (app: Http, keys: () => SessionKeys): Promise<void> => {
  await app.register(fastifyJwt, {
    secret: tokenSecret((header, token) => keys().keys(header, token)),
    decode: { complete: true },
    verify: {
      algorithms: ['EdDSA'],
      allowedIss: operatorIssuer,
      allowedAud: operatorAudience,
      checkTyp: operatorTokenTyp,
      requiredClaims: ['iss', 'aud', 'sub', 'iat', 'exp', 'role'],
      clockTolerance: 0,
    },
  } as FastifyJWTOptions)
}

const claimsOf = async (
  request: FastifyRequest,
  token: string,
  { boundTo }: SessionKeys,
): Promise<JWTPayload | undefined> => {
  try {
    const payload = await request.jwtVerify<JWTPayload>()
    const binding = boundTo(decodeProtectedHeader(token).kid)
    // The keys may have changed since `keys` was read. A token of a key without a known binding is
    // refused.
    if (binding === undefined) return undefined
    const isBound = Object.entries(binding).every(([name, only]) => payload[name] === only)
    return isBound ? payload : undefined
  } catch {
    return undefined
  }
}

/** Role `ncb` needs `participant`, and no other role may have it. Any other token is refused. */
const operatorOf = (claims: JWTPayload | undefined): Operator | undefined => {
  const { sub, role, participant } = claims ?? {}
  if (typeof sub !== 'string' || sub === '' || !isRole(role)) return undefined
  if (role !== 'ncb') return participant === undefined ? { person: sub, role } : undefined
  return typeof participant === 'string' ? { person: sub, role, participant } : undefined
}

const isRole = (role: unknown): role is OperatorRole =>
  (operatorRoles as readonly unknown[]).includes(role)

const inGoodStanding = (
  operator: Operator,
  id: string,
  registry: Registry,
  now: Micros,
): Checked<Operator> => {
  const participant = registry.participants.get(id)
  if (participant?.type === 'corporate-partner')
    return refuse('auth/role', undefined, 'it has no NCB') // its member's NCB administers it
  const good = participant?.status === 'active' && covers(participant.admitted, now)
  return good ? accept(operator) : refuse('auth/suspended')
}

const rank: Readonly<Record<OperatorRole, number>> = { ncb: 0, viewer: 1, operator: 2, admin: 3 }

/** Whether an operator has at least this role. An NCB has no role of the hub. */
export const hasRole = ({ role }: Operator, least: 'viewer' | 'operator' | 'admin'): boolean =>
  rank[role] >= rank[least]

/**
 * The name that a change is recorded under. A person of an NCB never counts as a person of the hub.
 */
export const personOf = ({ person, participant }: Operator): Person =>
  participant === undefined
    ? { who: person, ofHub: true }
    : { who: `${person} (NCB of ${participant})`, ofHub: false }
