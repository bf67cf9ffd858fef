import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'

/**
 * What the relay publishes: the bytes that were signed, and the time of the POST. `id` is the key
 * of its records. `digest` is the digest of the bytes: the answer to it closes the row.
 */
export type OpenRow = {
  readonly seq: number
  readonly id: string
  readonly digest: string
  readonly envelope: string
  readonly postedAt: Micros
}

/**
 * The rows that the hub has not answered for good, oldest first. They are found in the queue, not
 * by a high-water mark, since a lower seq can commit later.
 */
export const findOpen = async (pool: Pool, after: number, limit: number): Promise<OpenRow[]> => {
  const { rows } = await pool.query<OpenRow>({
    name: 'find-open',
    text: `select o.seq, s.id, encode(o.digest, 'hex') as digest, s.envelope,
        o.posted_at as "postedAt"
      from (select * from open where seq > $1 order by seq limit $2) o
      join submission s on s.seq = o.seq order by o.seq`,
    values: [after, limit],
  })
  return rows
}

/** How many rows are open, how many of them are held, and the oldest that is not. */
export const countOpen = async (
  pool: Pool,
): Promise<{ open: number; held: number; oldest: Micros | null }> => {
  const { rows } = await pool.query<{ open: number; held: number; oldest: Micros | null }>(
    `select count(*) as open, count(receipt) as held,
      min(posted_at) filter (where receipt is null) as oldest from open`,
  )
  return rows[0]!
}
