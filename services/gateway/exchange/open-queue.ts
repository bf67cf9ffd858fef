import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'

/**
 * What the relay publishes: the bytes that were signed, and the time of the POST. `id` is the key
 * of its records. `digest` is the digest of the bytes: the answer to it closes the row. `agency` is
 * empty where the gateway itself speaks.
 */
export type OpenRow = {
  readonly seq: number
  readonly id: string
  readonly agency: string
  readonly digest: string
  readonly envelope: string
  readonly postedAt: Micros
}

const openColumns = `o.seq, s.id, o.agency, encode(o.digest, 'hex') as digest, s.envelope,
  o.posted_at as "postedAt"`
const signed = 'join submission s on s.seq = o.seq'

/** The agencies for which something waits that the hub has not answered at all. */
const findWaitingAgencies = async (pool: Pool): Promise<string[]> => {
  const { rows } = await pool.query<{ agency: string }>({
    name: 'find-waiting-agencies',
    text: `with recursive waiting (agency) as (
      select min(agency) from open where receipt is null
      union all
      select (select min(o.agency) from open o where o.receipt is null and o.agency > w.agency)
      from waiting w where w.agency is not null)
      select agency from waiting where agency is not null`,
  })
  return rows.map(({ agency }) => agency)
}

/**
 * The rows of an agency that the hub has not answered at all, oldest first. They are found in the
 * queue, not by a high-water mark, since a lower seq can commit later.
 */
const findWaiting = async (
  pool: Pool,
  agency: string,
  after: number,
  limit: number,
): Promise<OpenRow[]> => {
  const { rows } = await pool.query<OpenRow>({
    name: 'find-waiting',
    text: `select ${openColumns}
      from (select * from open where receipt is null and agency = $1 and seq > $2
        order by seq limit $3) o ${signed} order by o.seq`,
    values: [agency, after, limit],
  })
  return rows
}

/** The rows that the hub holds, after a seq, oldest first. */
const findHeld = async (pool: Pool, after: number, limit: number): Promise<OpenRow[]> => {
  const { rows } = await pool.query<OpenRow>({
    name: 'find-held',
    text: `select ${openColumns}
      from (select * from open where receipt is not null and seq > $1 order by seq limit $2) o
      ${signed} order by o.seq`,
    values: [after, limit],
  })
  return rows
}

/** Those of the rows with these digests that the hub has not answered at all. */
const findUnanswered = async (pool: Pool, digests: readonly string[]): Promise<OpenRow[]> => {
  const { rows } = await pool.query<OpenRow>({
    name: 'find-unanswered',
    text: `select ${openColumns}
      from unnest($1::text[]) as d (digest) join open o on o.digest = decode(d.digest, 'hex')
      ${signed} where o.receipt is null order by o.seq`,
    values: [digests],
  })
  return rows
}

/** The queue as the relay reads it. */
export type OpenQueue = {
  readonly agencies: () => Promise<string[]>
  readonly waiting: (agency: string, after: number, limit: number) => Promise<OpenRow[]>
  readonly held: (after: number, limit: number) => Promise<OpenRow[]>
  readonly unanswered: (digests: readonly string[]) => Promise<OpenRow[]>
}

export const openQueue = (pool: Pool): OpenQueue => ({
  agencies: () => findWaitingAgencies(pool),
  waiting: (agency, after, limit) => findWaiting(pool, agency, after, limit),
  held: (after, limit) => findHeld(pool, after, limit),
  unanswered: (digests) => findUnanswered(pool, digests),
})

/** How many rows wait for the hub's first answer, the oldest of them, and how many it holds. */
export const countOpen = async (
  pool: Pool,
): Promise<{ waiting: number; held: number; oldest: Micros | null }> => {
  const { rows } = await pool.query<{ waiting: number; held: number; oldest: Micros | null }>(
    `select count(*) filter (where receipt is null) as waiting, count(receipt) as held,
      min(posted_at) filter (where receipt is null) as oldest from open`,
  )
  return rows[0]!
}
