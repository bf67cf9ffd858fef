import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'

/** A notice version that a key has signed. */
export type LoggedByKey = {
  readonly index: number
  readonly time: Micros
  readonly id: string
  readonly version: number
  readonly status: string
  readonly kind: string
  readonly digest: string
}

const scanEntries = 2000

/**
 * The versions logged from an index on with signatures of one key, oldest first: at most `limit`,
 * from a bounded stretch of the log, so a page can be short or empty before the end. `next`: where
 * to go on. `end`: there is nothing more.
 */
export const loggedByKey = async (
  pool: Pool,
  { issuer, kid, from, limit }: { issuer: string; kid: string; from: number; limit: number },
): Promise<{ entries: LoggedByKey[]; next: number; end: boolean }> => {
  const { rows } = await pool.query<
    Omit<LoggedByKey, 'digest'> & { issuer: string; digest: Buffer; header: string }
  >({
    name: 'logged-by-key',
    text: `select index, time, id, version, status, kind, issuer, digest, split_part(statement, '.',
      1) as header from entry where index >= $1 and event = 'notice' order by index limit $2`,
    values: [from, scanEntries],
  })
  const found = rows.filter((row) => row.issuer === issuer && kidOf(row.header) === kid)
  const entries = found
    .slice(0, limit)
    .map(({ header: _header, issuer: _issuer, digest, ...row }) => ({
      ...row,
      digest: digest.toString('hex'),
    }))
  const next = (found.length > limit ? entries.at(-1)!.index : (rows.at(-1)?.index ?? from - 1)) + 1
  return { entries, next, end: found.length <= limit && rows.length < scanEntries }
}

/**
 * The kid of a logged statement. Its header was checked on arrival, so it is JSON with a kid. Of
 * destroyed content nobody knows who signed it.
 */
const kidOf = (header: string): unknown =>
  header === ''
    ? undefined
    : (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown }).kid

/**
 * The first index that was logged at a time or later, found by bisection, since log times grow with
 * the index.
 */
export const indexAt = async (pool: Pool, time: Micros): Promise<number> => {
  const { rows } = await pool.query<{ end: number }>(
    'select coalesce(max(index) + 1, 0) as end from entry',
  )
  let [low, high] = [0, rows[0]!.end]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const at = await pool.query<{ time: Micros }>({
      name: 'log-time',
      text: 'select time from entry where index = $1',
      values: [middle],
    })
    if ((at.rows[0]?.time ?? Infinity) < time) low = middle + 1
    else high = middle
  }
  return low
}
