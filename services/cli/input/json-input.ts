import { readStrict } from '#core/json/strict-json.ts'
import { refused } from '../failure.ts'
import { refusalLines } from '../output/problem-text.ts'

const limits = { maxBytes: 64 * 1024 * 1024, maxDepth: 32 }

/** The JSON of a file, read strictly. The caller checks its content. */
export const parseJson = (bytes: Uint8Array, file: string): unknown => {
  const read = readStrict(bytes, limits)
  if (read.ok) return read.value
  throw refused([`${file} is not readable as JSON`, ...refusalLines(read.refusal)])
}
