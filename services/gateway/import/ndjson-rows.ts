import { refuse } from '#core/refusal.ts'
import type { ImportRow } from '#core/import/row.ts'
import { readStorable } from '#core/json/storable.ts'
import { readLines } from './lines.ts'

/** The rows of an NDJSON file: one notice body per line. Empty lines are no rows. */
export const ndjsonRows = async function* (
  source: AsyncIterable<Buffer>,
): AsyncGenerator<ImportRow> {
  let row = 0
  for await (const { number: line, bytes } of readLines(source)) {
    if (bytes?.length === 0) continue
    row += 1
    yield {
      row,
      line,
      read: bytes === undefined ? refuse('import/row-too-large') : readStorable(bytes),
    }
  }
}
