import { printable } from './printable.ts'

/** Rows in columns, each as wide as its widest cell. The first row is the heading. */
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
