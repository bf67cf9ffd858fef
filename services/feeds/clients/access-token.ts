import { randomUUID } from 'node:crypto'
import type { Signer } from '#core/signing/keys.ts'
import type { Client, Registry } from '#core/registry/registry.ts'

export const tokenIssuer = 'switchboard-feeds'
export const tokenAudience = 'feeds'
export const tokenTyp = 'at+jwt'

/** The rights that an access token can give to a client. */
export const scopes = ['feeds:read'] as const

/** The claims of an access token (RFC 9068). Times in seconds. */
export type AccessClaims = {
  readonly iss: string
  readonly aud: string
  readonly sub: string
  readonly client_id: string
  readonly agency: string
  readonly participant: string
  readonly purpose: string
  readonly scope: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
}

/** Signs an access token for a client. `now` in seconds. */
export const mintAccessToken = async (
  client: Client,
  registry: Registry,
  scope: string,
  now: number,
  ttlS: number,
  signer: Signer,
): Promise<string> => {
  const claims: AccessClaims = {
    iss: tokenIssuer,
    aud: tokenAudience,
    sub: client.id,
    client_id: client.id,
    agency: client.agency,
    participant: registry.agencies.get(client.agency)!.participant,
    purpose: client.purpose,
    scope,
    iat: now,
    exp: now + ttlS,
    jti: randomUUID(),
  }
  const input = `${encode({ alg: 'EdDSA', typ: tokenTyp, kid: signer.kid })}.${encode(claims)}`
  return `${input}.${Buffer.from(await signer.sign(Buffer.from(input))).toString('base64url')}`
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
