import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose'
import type { Client, Registry } from '#core/registry/registry.ts'
import { tokenIssuer } from './access-token.ts'

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const algorithms = ['EdDSA', 'Ed25519', 'ES256', 'PS256']
const maxLifeS = 300

/** The client that an assertion names. Nothing is verified yet. */
export const claimedBy = (assertion: string): string => {
  try {
    return decodeJwt(assertion).sub ?? ''
  } catch {
    return ''
  }
}

/**
 * Notes that a client uses the assertion of this name (`jti`), which lives until `exp` (seconds):
 * once among all processes. `too-many`: the client has too many that still live.
 */
export type UseAssertion = (
  client: string,
  jti: string,
  exp: number,
) => Promise<'first' | 'again' | 'too-many'>

export type SignedAssertion = {
  readonly client: Client
  readonly jti: string
  readonly exp: number
}

/**
 * Checks `private_key_jwt` (RFC 7523 §3) and answers the client, with what names the assertion. A
 * key that the registry has for the client signs the assertion. `iss` and `sub` are the client, and
 * `aud` is our issuer name or one of `audiences` (the token endpoint's URL). It lives at most
 * 300 s.
 */
export const createAssertionCheck =
  (
    audiences: readonly string[],
  ): ((assertion: string, registry: Registry) => Promise<SignedAssertion | undefined>) =>
  async (assertion, registry) => {
    const client = registry.clients.get(claimedBy(assertion))
    if (client?.jwks === undefined || client.jwks.length === 0) return undefined
    const claims = await verified(assertion, client, [tokenIssuer, ...audiences])
    if (claims === undefined || claims.exp > Date.now() / 1000 + maxLifeS) return undefined
    return { client, ...claims }
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
