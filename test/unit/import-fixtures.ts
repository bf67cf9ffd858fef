import type { ImportRow } from '#core/import/row.ts'
import type { Checked } from '#core/refusal.ts'

export const numRuns = Number(process.env['FUZZ_RUNS'] ?? 2_000)

export const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

export const told = <T>(checked: Checked<T>): T | string =>
  checked.ok ? checked.value : checked.refusal.code

export const bodies = (rows: Checked<ImportRow[]>): unknown =>
  rows.ok ? rows.value.map(({ row, from, read }) => [row, from, told(read)]) : rows.refusal.code
