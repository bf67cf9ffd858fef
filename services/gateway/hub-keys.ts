import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { publicKeyObject, readPublicKey, thumbprint } from '#core/keys.ts'

/** The hub's reply keys this gateway trusts, by kid, from a JWK set (RFC 7517 §5). Throws with what to do. */
export const loadHubKeys = async (file: string): Promise<ReadonlyMap<string, KeyObject>> => {
  const set = JSON.parse(await readFile(file, 'utf8')) as { keys?: unknown }
  if (!Array.isArray(set.keys) || set.keys.length === 0) throw new Error(`${file} holds no JWK set; get the hub's from its operator`)
  return new Map(set.keys.map((jwk: unknown) => {
    const key = readPublicKey(jwk)
    if (!key.ok) throw new Error(`${file} holds a key that is not a strict Ed25519 public JWK (${key.refusal.code})`)
    return [thumbprint(key.value), publicKeyObject(key.value)] as const
  }))
}
