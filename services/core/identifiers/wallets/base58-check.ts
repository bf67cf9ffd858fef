import { sha256 } from '@noble/hashes/sha2.js'
import { base58, type BytesCoder } from '@scure/base'
import { accept, type Checked } from '../../refusal.ts'
import { badChecksum, notThisForm } from './chain.ts'

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, at) => byte === right[at])

export const decodeOrNothing = (
  coder: { decode: (text: string) => Uint8Array },
  text: string,
): Uint8Array | undefined => {
  try {
    return coder.decode(text)
  } catch {
    return undefined
  }
}

const doubleSha256 = (bytes: Uint8Array): Uint8Array => sha256(sha256(bytes))

/**
 * Base58Check on top of the library's base 58, because the library's own coder does not distinguish
 * a wrong alphabet from a wrong checksum. Answers version and payload without the four check bytes.
 */
export const readBase58Check = (
  text: string,
  length: number,
  coder: BytesCoder = base58,
  digest: (bytes: Uint8Array) => Uint8Array = doubleSha256,
): Checked<Uint8Array> => {
  const bytes = decodeOrNothing(coder, text)
  if (bytes === undefined || bytes.length !== length + 4) return notThisForm()
  const body = bytes.subarray(0, length)
  return sameBytes(digest(body).subarray(0, 4), bytes.subarray(length))
    ? accept(body)
    : badChecksum()
}
