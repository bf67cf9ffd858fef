import { createCipheriv } from 'node:crypto'

/** The length of a block in bytes. */
export const wideBytes = 32

/** Enciphers and deciphers blocks of `wideBytes`, as many at once as a text holds. */
export type WideCipher = {
  readonly encipher: (blocks: Buffer) => Buffer
  readonly decipher: (blocks: Buffer) => Buffer
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
    roundOf(keys.subarray(i * keyBytes, (i + 1) * keyBytes)),
  )
  const turned = each.toReversed()
  return {
    encipher: (blocks) => {
      let [left, right] = halves(wordsOf(blocks))
      for (const round of each) [left, right] = [right, added(round(right), left)]
      return joined(left, right)
    },
    decipher: (blocks) => {
      let [left, right] = halves(wordsOf(blocks))
      for (const round of turned) [left, right] = [added(round(left), right), left]
      return joined(left, right)
    },
  }
}

/** AES is set up once for a key: that costs more than a page of cursors. */
const roundOf = (key: Uint8Array): ((halves: Int32Array) => Int32Array) => {
  const aes = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  return (halves) => wordsOf(aes.update(halves))
}

/** The bytes as words, in the order of this machine. Only whole halves are moved and added. */
const wordsOf = (bytes: Buffer): Int32Array => {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Int32Array(buffer, byteOffset, length / 4)
}

const halfWords = halfBytes / 4

/** XOR, in place. */
const added = (to: Int32Array, more: Int32Array): Int32Array => {
  for (let i = 0; i < to.length; i++) to[i]! ^= more[i]!
  return to
}

/** The place in a block of a word of the left halves; that of the right halves is 4 words on. */
const placeOf = (at: number): number => at + at - (at % halfWords)

/** All left halves one after the other, and all right halves. */
const halves = (blocks: Int32Array): [Int32Array, Int32Array] => {
  const left = new Int32Array(blocks.length / 2)
  const right = new Int32Array(blocks.length / 2)
  for (let at = 0; at < left.length; at++) {
    left[at] = blocks[placeOf(at)]!
    right[at] = blocks[placeOf(at) + halfWords]!
  }
  return [left, right]
}

const joined = (left: Int32Array, right: Int32Array): Buffer => {
  const blocks = new Int32Array(2 * left.length)
  for (let at = 0; at < left.length; at++) {
    blocks[placeOf(at)] = left[at]!
    blocks[placeOf(at) + halfWords] = right[at]!
  }
  return Buffer.from(blocks.buffer)
}
