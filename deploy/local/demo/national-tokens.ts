import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SignJWT, type JWTPayload } from 'jose'
import type { KeyFile } from './key-files.ts'

/** Signs a token as an issuer outside the hub does (RFC 9068: typ at+jwt). */
export const mintToken = async (
  key: KeyFile,
  claims: JWTPayload,
  seconds: number,
): Promise<string> => {
  const jwk = JSON.parse(await readFile(key.file, 'utf8')) as Record<string, string>
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ ...claims, iat: now, exp: now + seconds })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid })
    .sign(createPrivateKey({ key: jwk, format: 'jwk' }))
}
