import { bech32 } from '@scure/base'

const prefix = 'bitcoincash'
const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generator = [0x98f2bc8e61n, 0x79b76d99e2n, 0xf33e5fb3c4n, 0xae2eabe2a8n, 0x1e4f43e470n]

/**
 * A version byte (type and size) and a hash, of the CashAddr specification of Bitcoin Cash Node.
 */
export type CashAddress = { readonly version: number; readonly hash: Uint8Array }

/**
 * A BCH code over GF(2^5) with 40 check bits. It is not bech32's, so none of our libraries has it.
 */
const checksum = (words: readonly number[]): bigint => {
  let state = 1n
  for (const word of words) {
    const top = Number(state >> 35n)
    state = ((state & 0x07ffffffffn) << 5n) ^ BigInt(word)
    for (const [bit, value] of generator.entries()) if ((top >> bit) & 1) state ^= value
  }
  return state ^ 1n
}

const prefixWords = [...Buffer.from(prefix, 'ascii').map((letter) => letter & 31), 0]

const checkWords = (payload: readonly number[]): number[] => {
  const state = checksum([...prefixWords, ...payload, 0, 0, 0, 0, 0, 0, 0, 0])
  return Array.from({ length: 8 }, (_, at) => Number((state >> BigInt(5 * (7 - at))) & 31n))
}

/** Small letters, without `bitcoincash:`. */
export const encodeCashAddress = ({ version, hash }: CashAddress): string => {
  const payload = bech32.toWords(Uint8Array.of(version, ...hash))
  return [...payload, ...checkWords(payload)].map((word) => alphabet[word]).join('')
}

const decodePayload = (payload: number[]): CashAddress | undefined => {
  const [version, ...hash] = bech32.fromWordsUnsafe(payload) ?? []
  return version === undefined ? undefined : { version, hash: Uint8Array.from(hash) }
}

/**
 * Reads `text` in small letters of the alphabet, without prefix. `checksum` if the check bits are
 * wrong, undefined if the padding is.
 */
export const decodeCashAddress = (text: string): CashAddress | 'checksum' | undefined => {
  const words = Array.from(text, (letter) => alphabet.indexOf(letter))
  return checksum([...prefixWords, ...words]) === 0n
    ? decodePayload(words.slice(0, -8))
    : 'checksum'
}
