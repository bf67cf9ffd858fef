import type { Pool } from 'pg'
import type { Micros } from '#core/registry.ts'

/** A notice version that a key has signed. */
export type Logged = { readonly index: number; readonly time: Micros; readonly id: string; readonly version: number; readonly status: string; readonly kind: string; readonly digest: string }

const scanEntries = 2000

/**
 * What was logged after an index with signatures of one key, oldest first; at most `limit`, from a bounded stretch of the
 * log, so that it may be short or empty before the end. `next` is where to go on; `end`: nothing more is there.
 */
export const loggedByKey = async (pool: Pool, { issuer, kid, after, limit }: { issuer: string; kid: string; after: number; limit: number }): Promise<{ entries: Logged[]; next: number; end: boolean }> => {
  const { rows } = await pool.query<Omit<Logged, 'digest'> & { issuer: string; digest: Buffer; header: string }>({
    name: 'logged-by-key',
    text: `select index, time, id, version, status, kind, issuer, digest, split_part(statement, '.', 1) as header from entry where index > $1 and event = 'notice' order by index limit $2`,
    values: [after, scanEntries],
  })
  const found = rows.filter((row) => row.issuer === issuer && kidOf(row.header) === kid)
  const entries = found.slice(0, limit).map(({ header: _header, issuer: _issuer, digest, ...row }) => ({ ...row, digest: digest.toString('hex') }))
  const next = found.length > limit ? entries.at(-1)!.index : (rows.at(-1)?.index ?? after)
  return { entries, next, end: found.length <= limit && rows.length < scanEntries }
}

/** What is logged was checked when it came: its header is JSON with a kid. */
const kidOf = (header: string): unknown => (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown }).kid

/** The last index logged before a time, -1 where there is none. Log times grow with the index, so that it is searched in halves. */
export const indexBefore = async (pool: Pool, time: Micros): Promise<number> => {
  const { rows } = await pool.query<{ newest: number | null }>('select max(index) as newest from entry')
  let [low, high] = [-1, rows[0]!.newest ?? -1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const at = await pool.query<{ time: Micros }>({ name: 'log-time', text: 'select time from entry where index = $1', values: [middle] })
    if ((at.rows[0]?.time ?? Infinity) < time) low = middle
    else high = middle - 1
  }
  return low
}
