import { printable } from './printable.ts'

/** Rows in columns as wide as their widest cell; the first row is the heading. */
export const tableLines = (rows: readonly (readonly string[])[]): string[] => {
  const safe = rows.map((row) => row.map(printable))
  const widths = safe.reduce<number[]>(
    (most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)),
    [],
  )
  return safe.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
}
