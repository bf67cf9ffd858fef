import type { Signer } from '#core/signing/keys.ts'

/*
 * Operators' tokens: JWTs (RFC 9068: typ at+jwt) of the console's session key, for the console
 * alone. Roles include one another in this order, but `ncb`: it sees its own participant's side
 * only.
 */
export const operatorIssuer = 'switchboard-console'
export const operatorAudience = 'console'
export const operatorTokenTyp = 'at+jwt'
export const operatorRoles = ['viewer', 'operator', 'admin', 'ncb'] as const
export type OperatorRole = (typeof operatorRoles)[number]

/** `participant` for role `ncb`, and only for it. */
export type OperatorClaims = {
  readonly sub: string
  readonly role: OperatorRole
  readonly participant?: string
}

/**
 * Signs a token that is good from now for `seconds`. `alg` is EdDSA (RFC 8037), the name JWT
 * libraries know.
 */
export const mintOperatorToken = async (
  signer: Signer,
  claims: OperatorClaims,
  seconds: number,
): Promise<string> => {
  const iat = Math.floor(Date.now() / 1000)
  const payload = { iss: operatorIssuer, aud: operatorAudience, ...claims, iat, exp: iat + seconds }
  const header = { alg: 'EdDSA', typ: operatorTokenTyp, kid: signer.kid }
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${Buffer.from(await signer.sign(Buffer.from(input))).toString('base64url')}`
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
