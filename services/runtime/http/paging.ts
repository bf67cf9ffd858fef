import { accept, refuse, type Checked } from '#core/refusal.ts'

/** The query of a page: `after` is the `next` of an earlier page, `limit` 1 to 500, default 100. */
export type PageQuery = {
  readonly after?: string | undefined
  readonly limit?: string | undefined
}

/** Errors: `request/bad-parameter`. */
export const readLimit = ({ limit = '100' }: PageQuery): Checked<number> => {
  const count = /^\d{1,3}$/.test(limit) ? Number(limit) : 0
  return count >= 1 && count <= 500
    ? accept(count)
    : refuse('request/bad-parameter', undefined, 'limit is 1 to 500')
}

/**
 * Reads the query of a list in the order of a number. Errors: `request/bad-parameter`,
 * `request/bad-cursor`.
 */
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

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Reads the query of a list whose cursor is the UUID of its last row. Errors: as `readNumbered`.
 */
export const readAfterUuid = (
  query: PageQuery,
): Checked<{ readonly after: string | undefined; readonly limit: number }> => {
  const { after = '' } = query
  const limit = readLimit(query)
  if (!limit.ok) return limit
  if (after !== '' && !uuid.test(after)) return refuse('request/bad-cursor')
  return accept({ after: after === '' ? undefined : after, limit: limit.value })
}

/** One page of rows. The caller reads one row more than fits, which says whether more follow. */
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
