import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { Position } from './position.ts'

/** The cursors of one reader and topic. */
export type Cursors = {
  /** Makes the cursors of one page: the key is set up once. */
  readonly encode: (positions: readonly Position[]) => string[]
  /**
   * The position of a cursor, or undefined if the text is not a cursor of this reader and topic.
   */
  readonly decode: (text: string) => Position | undefined
}

/*
 * A cursor is one 16-byte block (two during a backfill, and while something waits) under AES-256
 * with a key of its reader and topic: 1 byte of type, 6 of index + 1, 4 of epoch, 5 of zero. Nobody
 * reads an index from a cursor. A text that was not made here does not decipher to the type and the
 * zeros: enciphering an encoding with redundancy authenticates it (Bellare and Rogaway, Asiacrypt
 * 2000). The second block carries the backfill or what waits, and the beginning of the first
 * block's ciphertext, which binds the two. The same position always gives the same cursor, so a
 * cursor names its entry.
 */
const blockBytes = 16
const plain = 1
const withBackfill = 2
const backfillBlock = 3
const withWaiting = 4
const waitingBlock = 5
const withBoth = 6
const zeroBytes = 5
const boundBytes = 4

const keyOf = (key: Uint8Array, reader: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `switchboard/cursor/1 ${reader}`, 32))

export const createCursors = (secret: Uint8Array, reader: string): Cursors => {
  const key = keyOf(secret, reader)
  const encipher = (bytes: Uint8Array): Buffer =>
    createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(bytes)
  const decipher = (bytes: Uint8Array): Buffer =>
    createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(bytes)
  return {
    encode: (positions) => {
      const blocks = Buffer.alloc(positions.length * blockBytes)
      positions.forEach((position, i) => writeBlock(blocks, i * blockBytes, position))
      const enciphered = encipher(blocks)
      return positions.map(({ backfill, waiting }, i) => {
        const first = enciphered.subarray(i * blockBytes, (i + 1) * blockBytes)
        if (backfill === undefined && waiting === undefined) return first.toString('base64url')
        const more = [
          ...(backfill === undefined ? [] : [backfillBytes(backfill, first)]),
          ...(waiting === undefined ? [] : [waitingBytes(waiting, first)]),
        ]
        return Buffer.concat([first, ...more.map(encipher)]).toString('base64url')
      })
    },
    decode: (text) => {
      const bytes = Buffer.from(text, 'base64url')
      if (![1, 2, 3].includes(bytes.length / blockBytes) || bytes.toString('base64url') !== text)
        return undefined
      return readBlocks(decipher(bytes), bytes)
    },
  }
}

const typeOf = ({ backfill, waiting }: Position): number => {
  if (waiting === undefined) return backfill === undefined ? plain : withBackfill
  return backfill === undefined ? withWaiting : withBoth
}

const writeBlock = (to: Buffer, at: number, position: Position): void => {
  const { index, epoch } = position
  to[at] = typeOf(position)
  to.writeUIntBE(index + 1, at + 1, 6)
  to.writeUInt32BE(epoch, at + 7)
}

const backfillBytes = (
  { at, since }: NonNullable<Position['backfill']>,
  first: Uint8Array,
): Buffer => {
  const block = Buffer.alloc(blockBytes)
  block[0] = backfillBlock
  block.writeUIntBE(at + 1, 1, 6)
  block.writeUIntBE(since, 7, 5)
  block.set(first.subarray(0, boundBytes), 12)
  return block
}

const waitingBytes = (waiting: number, first: Uint8Array): Buffer => {
  const block = Buffer.alloc(blockBytes)
  block[0] = waitingBlock
  block.writeUIntBE(waiting, 1, 6)
  block.set(first.subarray(0, boundBytes), 12)
  return block
}

const readBlocks = (clear: Buffer, enciphered: Buffer): Position | undefined => {
  const type = clear[0]
  if (clear.length !== blocksOf(type) * blockBytes || clear.readUIntBE(11, zeroBytes) !== 0)
    return undefined
  const position = { index: clear.readUIntBE(1, 6) - 1, epoch: clear.readUInt32BE(7) }
  const more = [clear.subarray(blockBytes, 2 * blockBytes), clear.subarray(2 * blockBytes)].filter(
    (block) => block.length > 0,
  )
  if (!more.every((block) => block.subarray(12).equals(enciphered.subarray(0, boundBytes))))
    return undefined
  const backfill = type === withBackfill || type === withBoth ? readBackfill(more[0]!) : null
  const waiting = type === withWaiting || type === withBoth ? readWaiting(more.at(-1)!) : null
  if (backfill === undefined || waiting === undefined) return undefined
  return {
    ...position,
    ...(backfill !== null && { backfill }),
    ...(waiting !== null && { waiting }),
  }
}

const blocksOf = (type: number | undefined): number => {
  if (type === plain) return 1
  if (type === withBackfill || type === withWaiting) return 2
  return type === withBoth ? 3 : 0
}

const readBackfill = (block: Buffer): Position['backfill'] =>
  block[0] === backfillBlock
    ? { at: block.readUIntBE(1, 6) - 1, since: block.readUIntBE(7, 5) }
    : undefined

const readWaiting = (block: Buffer): number | undefined =>
  block[0] === waitingBlock && block.readUIntBE(7, zeroBytes) === 0
    ? block.readUIntBE(1, 6)
    : undefined
