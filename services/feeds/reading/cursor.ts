import { hkdfSync } from 'node:crypto'
import type { Named, Position } from './position.ts'
import { createWideCipher, wideBytes, wideKeyBytes } from './wide-block.ts'

/** The cursors of one reader and topic. */
export type Cursors = {
  /** Makes the cursors of one page together. Each has 43 characters. */
  readonly encode: (positions: readonly Named[]) => string[]
  /**
   * What a cursor says, or undefined if the text is not a cursor of this reader and topic in this
   * epoch of the log.
   */
  readonly decode: (text: string) => Named | undefined
}

/*
 * A cursor is one block of 32 bytes under a wide cipher, with a key of its reader, its topic and
 * the epoch of the log. In clear: 1 byte of flags, 5 of index + 1 or of a minute since the epoch,
 * 4 of the rights epoch, 5 of `backfill.at` + 1, 5 of `backfill.since`, 5 of `waiting`, 7 of zero.
 * A member that is not there is zero. So all cursors have one length, nobody reads an index from
 * one, and the same position always gives the same cursor. What was not made here deciphers to
 * random bytes, which have the zeros once in 2^56: enciphering an encoding with redundancy
 * authenticates it (Bellare and Rogaway, Asiacrypt 2000).
 */
const ofMinute = 1
const withBackfill = 2
const withWaiting = 4

const places = { index: 1, epoch: 6, backfillAt: 10, since: 15, waiting: 20 } as const
const wide = 5

const keysOf = (secret: Uint8Array, logEpoch: number, reader: string): Buffer =>
  Buffer.from(
    hkdfSync('sha256', secret, '', `switchboard/cursor/2 ${logEpoch} ${reader}`, wideKeyBytes),
  )

/** `reader`: the agency, its purpose and the topic. `logEpoch`: `readLogEpoch`. */
export const createCursors = (secret: Uint8Array, logEpoch: number, reader: string): Cursors => {
  const cipher = createWideCipher(keysOf(secret, logEpoch, reader))
  return {
    encode: (positions) => {
      const blocks = Buffer.alloc(positions.length * wideBytes)
      positions.forEach((position, i) => writeBlock(blocks, i * wideBytes, position))
      const enciphered = cipher.encipher(blocks)
      return positions.map((_, i) =>
        enciphered.toString('base64url', i * wideBytes, (i + 1) * wideBytes),
      )
    },
    decode: (text) => {
      const bytes = Buffer.from(text, 'base64url')
      return bytes.length === wideBytes && bytes.toString('base64url') === text
        ? readBlock(cipher.decipher(bytes))
        : undefined
    },
  }
}

const writeBlock = (to: Buffer, at: number, named: Named): void => {
  const { index, minute, epoch, backfill, waiting } = named
  to[at] =
    (minute === undefined ? 0 : ofMinute) |
    (backfill === undefined ? 0 : withBackfill) |
    (waiting === undefined ? 0 : withWaiting)
  to.writeUIntBE(minute ?? index! + 1, at + places.index, wide)
  to.writeUInt32BE(epoch, at + places.epoch)
  if (backfill !== undefined) {
    to.writeUIntBE(backfill.at + 1, at + places.backfillAt, wide)
    to.writeUIntBE(backfill.since, at + places.since, wide)
  }
  if (waiting !== undefined) to.writeUIntBE(waiting, at + places.waiting, wide)
}

/** Nothing but what `writeBlock` writes is a cursor: what is read is written again and compared. */
const readBlock = (clear: Buffer): Named | undefined => {
  const flags = clear[0]!
  const place = clear.readUIntBE(places.index, wide)
  const named: Named = {
    ...((flags & ofMinute) === 0 ? { index: place - 1 } : { minute: place }),
    epoch: clear.readUInt32BE(places.epoch),
    ...((flags & withBackfill) !== 0 && { backfill: readBackfill(clear) }),
    ...((flags & withWaiting) !== 0 && { waiting: clear.readUIntBE(places.waiting, wide) }),
  }
  const again = Buffer.alloc(wideBytes)
  writeBlock(again, 0, named)
  return again.equals(clear) ? named : undefined
}

const readBackfill = (clear: Buffer): NonNullable<Position['backfill']> => ({
  at: clear.readUIntBE(places.backfillAt, wide) - 1,
  since: clear.readUIntBE(places.since, wide),
})
