/*
 * RFC 4180, read so that a fault costs one row. A library that was tried (csv-parse 7) loses all
 * rows after a stray quote, or the rest of the file after a row that is too long. A record ends
 * where its quotes are even.
 */
const quote = 0x22

export const countQuotes = (bytes: Uint8Array): number => {
  let count = 0
  for (let at = bytes.indexOf(quote); at >= 0; at = bytes.indexOf(quote, at + 1)) count++
  return count
}

/**
 * The cells of one record without its line ending, or undefined if a quote stands where none may.
 */
export const readCells = (record: string): string[] | undefined => {
  if (!record.includes('"')) return record.split(',')
  const cells: string[] = []
  for (let at = 0; ;) {
    const cell =
      record.charCodeAt(at) === quote ? quotedCell(record, at + 1) : plainCell(record, at)
    if (cell === undefined) return undefined
    cells.push(cell.text)
    if (cell.end === record.length) return cells
    if (record[cell.end] !== ',') return undefined
    at = cell.end + 1
  }
}

type Cell = { readonly text: string; readonly end: number }

const plainCell = (record: string, start: number): Cell | undefined => {
  const comma = record.indexOf(',', start)
  const end = comma < 0 ? record.length : comma
  const text = record.slice(start, end)
  return text.includes('"') ? undefined : { text, end }
}

const quotedCell = (record: string, start: number): Cell | undefined => {
  for (let at = record.indexOf('"', start); at >= 0; at = record.indexOf('"', at + 2)) {
    if (record.charCodeAt(at + 1) !== quote)
      return { text: record.slice(start, at).replaceAll('""', '"'), end: at + 1 }
  }
  return undefined
}
