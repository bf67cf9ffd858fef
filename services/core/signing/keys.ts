import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import type { PublicJwk } from '../registry/registry.ts'
import { accept, refuse, type Checked } from '../refusal.ts'

/**
 * Signs bytes with one key and one purpose. Asynchronous, so that a hardware module can take its
 * place. Returns the 64-byte Ed25519 signature (RFC 8032). Safe to call concurrently; rejects only
 * if the key cannot be used.
 */
export type Signer = {
  readonly kid: string
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>
}

/** RFC 7638 thumbprint of an OKP key, base64url. */
export const thumbprint = (jwk: PublicJwk): string =>
  createHash('sha256')
    .update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }))
    .digest('base64url')

/**
 * Decodes base64url and refuses every form but the canonical one: padding, other alphabets and
 * loose trailing bits (RFC 4648 §3.5).
 */
export const fromBase64url = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

/**
 * Reads a public Ed25519 JWK strictly: exactly 32 canonical bytes, on the curve, in the prime-order
 * subgroup. node:crypto accepts small-order and non-canonical points (RFC 8032 §5.1.3 leaves the
 * check to the reader).
 */
export const readPublicKey = (jwk: unknown): Checked<PublicJwk> => {
  if (typeof jwk !== 'object' || jwk === null) return refuse('key/not-readable', '')
  const { kty, crv, x } = jwk as Record<string, unknown>
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string')
    return refuse('key/not-readable', '')
  if ('d' in jwk) return refuse('key/private', '/d')
  const bytes = fromBase64url(x)
  if (bytes?.length !== 32) return refuse('key/not-readable', '/x')
  return isStrictPoint(bytes) ? accept({ kty, crv, x }) : refuse('key/weak', '/x')
}

const isStrictPoint = (bytes: Uint8Array): boolean => {
  try {
    const point = ed25519.Point.fromBytes(bytes, false)
    return !point.isSmallOrder() && point.isTorsionFree()
  } catch {
    return false // fromBytes throws if the point is not on the curve or not canonical
  }
}

/** A KeyObject of a public JWK, for verification. */
export const publicKeyObject = (jwk: PublicJwk): KeyObject =>
  createPublicKey({ key: { ...jwk }, format: 'jwk' })
