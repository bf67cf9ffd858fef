import { readFile } from 'node:fs/promises'
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import { readPublicKey, thumbprint } from '#core/keys.ts'

/**
 * The keys that operators' tokens are signed with, by their thumbprints, from a JWK or a JWK set. A private part in the
 * file is passed over: the console never signs. Throws with what to do.
 */
export const loadSessionKeys = async (file: string): Promise<JWTVerifyGetKey> => {
  const keys = jwksOf(parse(await readFile(file, 'utf8'), file)).map((jwk) => {
    const { kty, crv, x } = (jwk ?? {}) as Record<string, unknown>
    const read = readPublicKey({ kty, crv, x })
    if (!read.ok) throw new Error(`${file} holds a key that is not a strict Ed25519 JWK (${read.refusal.code}); make one with: switchboard admin key generate --out ${file}`)
    return { ...read.value, kid: thumbprint(read.value), alg: 'EdDSA', use: 'sig' }
  })
  if (keys.length === 0) throw new Error(`${file} holds no key; make one with: switchboard admin key generate --out ${file}`)
  return createLocalJWKSet({ keys })
}

const jwksOf = (value: unknown): unknown[] => {
  if (typeof value !== 'object' || value === null) return []
  return 'keys' in value && Array.isArray(value.keys) ? value.keys : 'kty' in value ? [value] : []
}

const parse = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${file} is not JSON; it holds a JWK or a JWK set`) // the cause is left out: it can repeat a part of the key
  }
}
