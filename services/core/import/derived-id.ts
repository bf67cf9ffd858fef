import canonicalize from 'canonicalize'
import { createHash } from 'node:crypto'
import { isVast } from '../json/vast.ts'

/**
 * The id of a row without one: a UUIDv8 (RFC 9562 §5.8) of the first 128 bits of SHA-256 over the
 * agency, a line feed and the RFC 8785 form of the body. The same row has the same id, so sending
 * it again adds nothing.
 */
export const derivedId = (body: object, agency: string): string => {
  const bytes = createHash('sha256')
    .update(`${agency}\n${canonicalize(body)}`)
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}

/**
 * A body with its own id, or with the derived one. A value that is no object, or has far too many
 * members, is left for the schema to refuse.
 */
export const withId = (body: unknown, agency: string): unknown =>
  typeof body !== 'object' ||
  body === null ||
  Array.isArray(body) ||
  Object.hasOwn(body, 'id') ||
  isVast(body)
    ? body
    : { id: derivedId(body, agency), ...body }
