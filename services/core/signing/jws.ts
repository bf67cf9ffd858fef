import { fromBase64url } from './keys.ts'
import { readStrict } from '../json/strict-json.ts'
import { refuse, accept, type Checked } from '../refusal.ts'
import type { Code } from '../catalogue/catalogue.ts'

/**
 * A compact JWS (RFC 7515 §7.1) taken apart and not yet verified. `input` is the exact text that
 * was signed.
 */
export type Jws = {
  readonly kid: string
  readonly input: string
  readonly payload: Buffer
  readonly signature: Buffer
}

/**
 * Takes a compact JWS apart. The header must hold exactly `alg: "Ed25519"` (RFC 9864), the given
 * `typ`, and `kid`: everything else (jwk, jku, x5c, crit, b64, other algorithms) is refused before
 * any cryptography.
 */
export const readJws = (
  text: string,
  typ: string,
  codes: { header: Code; shape: Code },
): Checked<Jws> => {
  const [header, payload, signature, ...rest] = text.split('.')
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return refuse(codes.shape)
  const kid = readKid(header, typ)
  if (kid === undefined) return refuse(codes.header)
  const bytes = fromBase64url(payload)
  const signed = fromBase64url(signature)
  if (bytes === undefined || signed?.length !== 64) return refuse(codes.shape)
  return accept({ kid, input: `${header}.${payload}`, payload: bytes, signature: signed })
}

/**
 * The `typ` that a compact JWS claims; undefined if its header cannot be read. The rest is not
 * checked.
 */
export const typOf = (text: string): unknown =>
  readHeader(text.slice(0, Math.max(0, text.indexOf('.'))))?.['typ']

const readHeader = (encoded: string): Record<string, unknown> | undefined => {
  const bytes = encoded.length > 1024 ? undefined : fromBase64url(encoded)
  if (bytes === undefined || bytes.length > 512) return undefined
  const read = readStrict(bytes)
  if (
    !read.ok ||
    typeof read.value !== 'object' ||
    read.value === null ||
    Array.isArray(read.value)
  )
    return undefined
  return read.value as Record<string, unknown>
}

const readKid = (encoded: string, typ: string): string | undefined => {
  const header = readHeader(encoded)
  if (header === undefined) return undefined
  if (Object.keys(header).length !== 3 || header['alg'] !== 'Ed25519' || header['typ'] !== typ)
    return undefined
  return typeof header['kid'] === 'string' && header['kid'].length <= 64 ? header['kid'] : undefined
}

/** The text to sign for a payload: base64url(header) "." base64url(payload). */
export const signingInput = (typ: string, kid: string, payload: string): string =>
  `${encode(JSON.stringify({ alg: 'Ed25519', typ, kid }))}.${encode(payload)}`

const encode = (text: string): string => Buffer.from(text).toString('base64url')
