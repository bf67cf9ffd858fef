import type { Signer } from '#core/signing/keys.ts'

/*
 * Tokens of operators: JWTs (RFC 9068: typ at+jwt), signed with a session key, for the console
 * alone. Each role includes the roles before it, except `ncb`, which sees only its own
 * participant's side.
 */
export const operatorIssuer = 'switchboard-console'
export const operatorAudience = 'console'
export const operatorTokenTyp = 'at+jwt'
export const operatorRoles = ['viewer', 'operator', 'admin', 'ncb'] as const
export type OperatorRole = (typeof operatorRoles)[number]

/** `participant` is set for role `ncb`, and only for it. */
export type OperatorClaims = {
  readonly sub: string
  readonly role: OperatorRole
  readonly participant?: string
}

/**
 * Signs a token that is valid from now for `seconds`. `alg` is EdDSA (RFC 8037), the name that JWT
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
