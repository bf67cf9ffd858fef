import { isUtf8 } from 'node:buffer'
import { countQuotes, readCells } from '#core/import/csv.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { readLines, rowLimitBytes, type Line } from './lines.ts'
import { giveTurn } from '#runtime/process/give-turn.ts'

export type CsvRecord = { readonly line: number; readonly cells: Checked<string[]> }

/**
 * The records of a CSV file. A record with line breaks in quotes spans several lines. If these
 * lines do not end in a record within the limit, the first line alone is refused, and reading goes
 * on with the second line.
 */
export const csvRecords = async function* (
  source: AsyncIterable<Buffer>,
): AsyncGenerator<CsvRecord> {
  const lines = withReturns(readLines(source))
  for (let first = await lines.next(); first !== undefined; first = await lines.next()) {
    if (first.bytes?.length === 0) continue
    if (first.bytes === undefined)
      yield { line: first.number, cells: refuse('import/row-too-large') }
    else if (countQuotes(first.bytes) % 2 === 0) yield recordOf(first.number, first.bytes)
    else {
      const rest = await restOf(first.bytes, lines.next)
      const record = rest.closed && recordOf(first.number, joined([first, ...rest.lines]))
      if (record && record.cells.ok) yield record
      else {
        lines.giveBack(rest.lines)
        yield {
          line: first.number,
          cells: refuse(
            'import/bad-csv',
            undefined,
            'a quote is not closed, or stands where none may',
          ),
        }
      }
    }
  }
}

type Rest = { readonly lines: Line[]; readonly closed: boolean }

const restOf = async (first: Buffer, next: () => Promise<Line | undefined>): Promise<Rest> => {
  const lines: Line[] = []
  for (let bytes = first.length, odd = true; odd && bytes <= rowLimitBytes;) {
    const line = await next()
    if (line === undefined) return { lines, closed: false }
    lines.push(line)
    if (line.bytes === undefined) return { lines, closed: false }
    bytes += line.bytes.length + 1
    odd = countQuotes(line.bytes) % 2 === 0
    if (!odd) return { lines, closed: bytes <= rowLimitBytes }
  }
  return { lines, closed: false }
}

/** The lines with line feeds between them, in one buffer: there can be as many lines as bytes. */
const joined = (lines: readonly Line[]): Buffer => {
  const all = Buffer.alloc(
    lines.reduce((sum, { bytes }) => sum + bytes!.length + 1, -1),
    '\n',
  )
  let at = 0
  for (const { bytes } of lines) {
    all.set(bytes!, at)
    at += bytes!.length + 1
  }
  return all
}

const recordOf = (line: number, bytes: Buffer): CsvRecord => {
  if (!isUtf8(bytes)) return { line, cells: refuse('body/not-utf8') }
  const cells = readCells(bytes.toString('utf8'))
  return {
    line,
    cells:
      cells === undefined
        ? refuse('import/bad-csv', undefined, 'a quote stands where none may')
        : accept(cells),
  }
}

/** Lines that can be put back and read again. */
const withReturns = (lines: AsyncGenerator<Line>) => {
  let returned: Line[] = []
  return {
    next: async (): Promise<Line | undefined> => {
      if (returned.length > 0) {
        await giveTurn()
        return returned.pop()
      }
      const { value, done } = await lines.next()
      return done === true ? undefined : value
    },
    giveBack: (given: readonly Line[]): void => {
      returned = [...returned, ...given.toReversed()]
    },
  }
}
