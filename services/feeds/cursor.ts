import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

/** Where a reader stands: everything up to `index` is behind it. `epoch` says by which of its rights. */
export type Position = {
  readonly index: number
  readonly epoch: number
  /** After its rights have grown: what was not handed over before `since` (1/100 s since the epoch), up to `index`, comes first; done up to `at`. */
  readonly backfill?: { readonly at: number; readonly since: number }
}

export const beginning = (epoch: number): Position => ({ index: -1, epoch })

/** The cursors of one reader and topic. */
export type Cursors = {
  /** One call for a page: the key is set up once. */
  readonly encode: (positions: readonly Position[]) => string[]
  /** undefined for what is not a cursor of this reader and topic. */
  readonly decode: (text: string) => Position | undefined
}

/*
 * A cursor is one 16-byte block (two during a backfill) under AES-256 with a key of its reader and topic: 1 byte of type,
 * 6 of index + 1, 4 of epoch, 5 of zero. Nobody reads an index from it, and what was not made here does not decipher to
 * the type and the zeros: enciphering an encoding with redundancy authenticates it (Bellare and Rogaway, Asiacrypt 2000).
 * The second block carries the backfill and the beginning of the first one's ciphertext, which binds the two. The same
 * position is always the same cursor, so a cursor names its entry.
 */
const blockBytes = 16
const plain = 1
const withBackfill = 2
const backfillBlock = 3
const zeroBytes = 5
const boundBytes = 4

const keyOf = (key: Uint8Array, reader: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', `switchboard/cursor/1 ${reader}`, 32))

export const createCursors = (secret: Uint8Array, reader: string): Cursors => {
  const key = keyOf(secret, reader)
  const encipher = (bytes: Uint8Array): Buffer => createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(bytes)
  const decipher = (bytes: Uint8Array): Buffer => createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(bytes)
  return {
    encode: (positions) => {
      const blocks = Buffer.alloc(positions.length * blockBytes)
      positions.forEach((position, i) => writeBlock(blocks, i * blockBytes, position))
      const enciphered = encipher(blocks)
      return positions.map(({ backfill }, i) => {
        const first = enciphered.subarray(i * blockBytes, (i + 1) * blockBytes)
        return (backfill === undefined ? first : Buffer.concat([first, encipher(backfillBytes(backfill, first))])).toString('base64url')
      })
    },
    decode: (text) => {
      const bytes = Buffer.from(text, 'base64url')
      if ((bytes.length !== blockBytes && bytes.length !== 2 * blockBytes) || bytes.toString('base64url') !== text) return undefined
      return readBlocks(decipher(bytes), bytes)
    },
  }
}

const writeBlock = (to: Buffer, at: number, { index, epoch, backfill }: Position): void => {
  to[at] = backfill === undefined ? plain : withBackfill
  to.writeUIntBE(index + 1, at + 1, 6)
  to.writeUInt32BE(epoch, at + 7)
}

const backfillBytes = ({ at, since }: NonNullable<Position['backfill']>, first: Uint8Array): Buffer => {
  const block = Buffer.alloc(blockBytes)
  block[0] = backfillBlock
  block.writeUIntBE(at + 1, 1, 6)
  block.writeUIntBE(since, 7, 5)
  block.set(first.subarray(0, boundBytes), 12)
  return block
}

const readBlocks = (clear: Buffer, enciphered: Buffer): Position | undefined => {
  if (clear[0] !== (clear.length === blockBytes ? plain : withBackfill) || clear.readUIntBE(11, zeroBytes) !== 0) return undefined
  const position = { index: clear.readUIntBE(1, 6) - 1, epoch: clear.readUInt32BE(7) }
  if (clear.length === blockBytes) return position
  const second = clear.subarray(blockBytes)
  const bound = second[0] === backfillBlock && second.subarray(12).equals(enciphered.subarray(0, boundBytes))
  return bound ? { ...position, backfill: { at: second.readUIntBE(1, 6) - 1, since: second.readUIntBE(7, 5) } } : undefined
}
