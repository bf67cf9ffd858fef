import { createCipheriv } from 'node:crypto'

/** The length of a block in bytes. */
export const wideBytes = 32

/** Enciphers and deciphers blocks of `wideBytes`, as many at once as a text holds. */
export type WideCipher = {
  readonly encipher: (blocks: Uint8Array) => Buffer
  readonly decipher: (blocks: Uint8Array) => Buffer
}

const halfBytes = wideBytes / 2
const keyBytes = 32
const rounds = 4

/** The length of the keys of one cipher in bytes. */
export const wideKeyBytes = rounds * keyBytes

/**
 * A cipher whose blocks are 32 bytes wide: a Feistel network of four rounds with AES-256 as round
 * function, each round under a key of its own (Luby and Rackoff, SIAM J. Comput. 17.2, 1988: four
 * rounds are a permutation that nobody tells from a random one, asked either way). So each bit of a
 * block depends on each bit of the other form. Equal blocks give equal blocks; it is for texts that
 * may show that they are the same. A round is one call of AES for all blocks together.
 */
export const createWideCipher = (keys: Uint8Array): WideCipher => {
  const each = Array.from({ length: rounds }, (_, i) =>
    keys.subarray(i * keyBytes, (i + 1) * keyBytes),
  )
  const turned = each.toReversed()
  return {
    encipher: (blocks) => {
      let [left, right] = halves(blocks)
      for (const key of each) [left, right] = [right, mixed(left, right, key)]
      return joined(left, right)
    },
    decipher: (blocks) => {
      let [left, right] = halves(blocks)
      for (const key of turned) [left, right] = [mixed(right, left, key), left]
      return joined(left, right)
    },
  }
}

/** `into` with the round function of `of` added (XOR), half by half. */
const mixed = (into: Buffer, of: Uint8Array, key: Uint8Array): Buffer => {
  const made = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(of)
  for (let i = 0; i < made.length; i++) made[i]! ^= into[i]!
  return made
}

/** All left halves one after the other, and all right halves. */
const halves = (blocks: Uint8Array): [Buffer, Buffer] => {
  const left = Buffer.alloc(blocks.length / 2)
  const right = Buffer.alloc(blocks.length / 2)
  for (let at = 0; at < left.length; at += halfBytes) {
    left.set(blocks.subarray(2 * at, 2 * at + halfBytes), at)
    right.set(blocks.subarray(2 * at + halfBytes, 2 * at + wideBytes), at)
  }
  return [left, right]
}

const joined = (left: Uint8Array, right: Uint8Array): Buffer => {
  const blocks = Buffer.alloc(2 * left.length)
  for (let at = 0; at < left.length; at += halfBytes) {
    blocks.set(left.subarray(at, at + halfBytes), 2 * at)
    blocks.set(right.subarray(at, at + halfBytes), 2 * at + halfBytes)
  }
  return blocks
}
