import { accept, refuse, type Checked } from '#core/refusal.ts'

export type PageQuery = { readonly after?: string; readonly limit?: string }

/** `limit` 1 to 500, default 100. `after` is the `next` of an earlier page. */
export const readLimit = ({ limit = '100' }: PageQuery): Checked<number> => {
  const count = /^\d{1,3}$/.test(limit) ? Number(limit) : 0
  return count >= 1 && count <= 500
    ? accept(count)
    : refuse('request/bad-parameter', undefined, 'limit is 1 to 500')
}

/** The same for a list in the order of a number. */
export const readNumbered = (
  query: PageQuery,
): Checked<{ readonly after: number; readonly limit: number }> => {
  const { after = '0' } = query
  const limit = readLimit(query)
  if (!limit.ok) return limit
  return /^\d{1,15}$/.test(after)
    ? accept({ after: Number(after), limit: limit.value })
    : refuse('request/bad-cursor')
}

/** One page of rows that were read with one more than fits. */
export const pageOf = <T>(
  rows: readonly T[],
  limit: number,
  nextOf: (last: T) => string,
  after: string,
): { page: readonly T[]; next: string; end: boolean } => {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { page, next: last === undefined ? after : nextOf(last), end: rows.length <= limit }
}
