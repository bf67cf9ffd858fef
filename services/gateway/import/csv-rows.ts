import { bodyOfCells, columnAt, readColumns, type Columns } from '#core/import/columns.ts'
import type { ImportRow } from '#core/import/row.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { csvRecords, type CsvRecord } from './csv-records.ts'

/** The rows of a CSV file with a valid header. Row 1 follows the header. */
export const csvRows = async (
  source: AsyncIterable<Buffer>,
  mapping: ReadonlyMap<string, string>,
): Promise<Checked<AsyncGenerator<ImportRow>>> => {
  const records = csvRecords(source)
  const header = await records.next()
  if (header.done === true) return refuse('import/no-header')
  if (!header.value.cells.ok) return header.value.cells
  const columns = readColumns(header.value.cells.value, mapping)
  return columns.ok ? accept(rowsOf(records, columns.value)) : columns
}

const rowsOf = async function* (
  records: AsyncGenerator<CsvRecord>,
  columns: Columns,
): AsyncGenerator<ImportRow> {
  let row = 0
  for await (const { line, cells } of records) {
    row += 1
    yield {
      row,
      line,
      read: cells.ok ? bodyOf(cells.value, columns) : cells,
      columnOf: (pointer) => columnAt(pointer, columns),
    }
  }
}

const bodyOf = (cells: readonly string[], columns: Columns): Checked<unknown> => {
  const expected = columns.headers.length
  return cells.length === expected
    ? accept(bodyOfCells(cells, columns))
    : refuse('import/column-count', undefined, `${cells.length} cells, ${expected} columns`)
}
