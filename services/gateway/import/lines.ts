import { giveTurn } from '#runtime/process/give-turn.ts'

/**
 * A line of a file without its ending. `bytes` is undefined if the line is longer than a row may
 * be.
 */
export type Line = { readonly number: number; readonly bytes: Buffer | undefined }

export const rowLimitBytes = 256 * 1024

const lineFeed = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** How many lines are read before the event loop may turn: short lines cost little. */
const linesPerSlice = 1000

/**
 * The lines of a stream, counted from 1. It holds one chunk and one line, and never more than
 * `rowLimitBytes` of the line.
 */
export const readLines = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 0
  let parts: Buffer[] = []
  let held = 0
  const line = (): Line => {
    number += 1
    const bytes =
      held > rowLimitBytes
        ? undefined
        : ended(parts.length === 1 ? parts[0]! : Buffer.concat(parts))
    parts = []
    held = 0
    return {
      number,
      bytes:
        number === 1 && bytes?.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes,
    }
  }
  const hold = (part: Buffer): void => {
    held += part.length
    if (held > rowLimitBytes) parts = []
    else parts.push(part)
  }
  for await (const chunk of source) {
    let start = 0
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, start)) {
      hold(chunk.subarray(start, at))
      yield line()
      start = at + 1
      if (number % linesPerSlice === 0) await giveTurn()
    }
    if (start < chunk.length) hold(chunk.subarray(start))
  }
  if (held > 0) yield line()
}

const ended = (bytes: Buffer): Buffer =>
  bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes
