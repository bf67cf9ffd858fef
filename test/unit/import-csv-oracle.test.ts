import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import t from 'tap'
import { readCells } from '#core/import/csv.ts'
import { csvRecords } from '../../services/gateway/import/csv-records.ts'
import { numRuns, all, told } from './import-fixtures.ts'
import { cut } from './import-csv-fixtures.ts'

await t.test(
  'CSV: what is well formed is read as csv-parse reads it, wherever it is cut',
  async () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'ข', ';') }),
      fc.string({ unit: 'grapheme' }),
    )
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), {
      minLength: 1,
      maxLength: 5,
    })
    const written = (cells: string[]): string =>
      cells
        .map((c) => (/[",\r\n]/.test(c) || c === '' ? `"${c.replaceAll('"', '""')}"` : c))
        .join(',')
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, size) => {
        const text = rows.map(written).join('\n')
        const expected = parse(text, { relax_column_count: true })
        const read = (await all(csvRecords(cut(Buffer.from(`\ufeff${text}`), size)))).map(
          ({ cells }) => told(cells),
        )
        return (
          JSON.stringify(read) ===
          JSON.stringify(expected.map((cells) => cells.map((c) => c.replaceAll('\r\n', '\n'))))
        )
      }),
      { numRuns },
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"') }), (text) => {
        const cells = readCells(text)
        return cells === undefined || cells.every((c) => typeof c === 'string')
      }),
      { numRuns },
    )
  },
)
