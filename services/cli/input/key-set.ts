import type { KeyObject } from 'node:crypto'
import { publicKeyObject, readPublicKey, thumbprint } from '#core/signing/keys.ts'
import { misused } from '../failure.ts'

/** A trusted key, with its owner if the file names one. */
export type TrustedKey = { readonly key: KeyObject; readonly owner?: string }

/**
 * Keys by thumbprint, from a JWK set (a member `owner` names the owner of a key), one JWK,
 * demo.json (its `keys`), or the output of `admin registry show`.
 */
export const readKeySet = (value: unknown, file: string): ReadonlyMap<string, TrustedKey> => {
  const keys = new Map<string, TrustedKey>()
  for (const { jwk, owner } of jwksOf(value)) {
    const read = readPublicKey(jwk)
    if (!read.ok) throw misused(`${file} holds a key that cannot be used (${read.refusal.code})`)
    keys.set(thumbprint(read.value), {
      key: publicKeyObject(read.value),
      ...(owner !== undefined && { owner }),
    })
  }
  if (keys.size === 0)
    throw misused(
      `${file} holds no keys: give a JWK set, a JWK, demo.json, or ` +
        'what "switchboard admin registry show" prints',
    )
  return keys
}

type Given = { readonly jwk: unknown; readonly owner?: string }

const jwksOf = (value: unknown): Given[] => {
  if (!isObject(value)) return []
  if ('kty' in value) return [given(value)]
  const { keys } = value
  if (Array.isArray(keys)) return keys.map(given)
  return isObject(keys)
    ? Object.entries(keys).map(([owner, jwk]) => ({ jwk, owner: owner.replace(/\..*$/, '') }))
    : []
}

const given = (entry: unknown): Given => {
  const { jwk, owner } = isObject(entry) ? entry : {}
  return { jwk: jwk ?? entry, ...(typeof owner === 'string' && { owner }) }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
