import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose'
import type { Client, Registry } from '#core/registry/registry.ts'
import { tokenIssuer } from './access-token.ts'

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const algorithms = ['EdDSA', 'Ed25519', 'ES256', 'PS256']
const maxLifeS = 300
const maxRemembered = 100_000

/** The client that an assertion names. Nothing is verified yet. */
export const claimedBy = (assertion: string): string => {
  try {
    return decodeJwt(assertion).sub ?? ''
  } catch {
    return ''
  }
}

/**
 * Checks `private_key_jwt` (RFC 7523 §3) and answers the client. A key that the registry has for
 * the client signs the assertion. `iss` and `sub` are the client, and `aud` is our issuer name or
 * one of `audiences` (the token endpoint's URL). It lives at most 300 s, and this process takes it
 * once.
 */
export const createAssertionCheck = (
  audiences: readonly string[],
): ((assertion: string, registry: Registry) => Promise<Client | undefined>) => {
  const used = new Map<string, number>()
  return async (assertion, registry) => {
    const client = registry.clients.get(claimedBy(assertion))
    if (client?.jwks === undefined || client.jwks.length === 0) return undefined
    const claims = await verified(assertion, client, [tokenIssuer, ...audiences])
    const now = Date.now() / 1000
    if (claims === undefined || claims.exp > now + maxLifeS) return undefined
    for (const [jti, expires] of used)
      if (expires < now || used.size >= maxRemembered) used.delete(jti)
    const name = `${client.id} ${claims.jti}`
    if (used.has(name)) return undefined
    used.set(name, claims.exp)
    return client
  }
}

const verified = async (
  assertion: string,
  { id, jwks }: Client,
  audience: string[],
): Promise<{ exp: number; jti: string } | undefined> => {
  try {
    const keys = createLocalJWKSet({ keys: jwks } as JSONWebKeySet)
    const { payload } = await jwtVerify(assertion, keys, {
      issuer: id,
      subject: id,
      audience,
      algorithms,
      requiredClaims: ['exp', 'jti'],
    })
    return { exp: payload.exp!, jti: payload.jti! }
  } catch {
    return undefined // every faulty assertion gets the same answer
  }
}
