import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { answered, outboxColumns, type OutboxRow } from './outbox.ts'

/**
 * The first and the newest stored version of each id, oldest first; one if they are the same.
 * Versions that the hub rejected are left out, unless there is no other: then it is the newest of
 * them. `ids` are UUIDs. Most ids are of notices that nobody sent before, so a statement that costs
 * little comes first.
 */
export const findVersions = async (pool: Pool, ids: readonly string[]): Promise<OutboxRow[][]> => {
  const known = await pool.query<{ id: string }>({
    name: 'find-known',
    text: `select n.id from unnest($1::uuid[]) as n (id) cross join lateral (
      select from submission s where s.id = n.id and s.type = 'notice' limit 1) stored`,
    values: [ids],
  })
  if (known.rows.length === 0) return ids.map(() => [])
  const { rows } = await pool.query<OutboxRow>({
    name: 'find-versions',
    text: `select ${outboxColumns} from (select distinct * from unnest($1::uuid[])) as n (id)
      cross join lateral (
        (${oneVersion('asc', standing)}) union (${oneVersion('desc', standing)})
        union all (select seq from (${oneVersion('desc')}) any_version
          where not exists (${oneVersion('desc', standing)}))) picked
      join (${answered}) on s.seq = picked.seq order by s.seq`,
    values: [known.rows.map((row) => row.id)],
  })
  const byId = Map.groupBy(rows, (row) => row.id)
  return ids.map((id) => byId.get(id) ?? [])
}

const standing = `and not exists (
  select from answer r where r.seq = v.seq and r.state = 'rejected')`

/** SQL: the first version of notice `n` in an order of the index. */
const oneVersion = (order: 'asc' | 'desc', which = ''): string =>
  `select v.seq from submission v where v.id = n.id and v.type = 'notice' ${which}
   order by v.version ${order}, v.rejected_before ${order} limit 1`

/** When the newest version of a notice up to this number was sent first; undefined without one. */
export const findPostedAt = async (
  pool: Pool,
  id: string,
  version: number,
): Promise<Micros | undefined> => {
  const { rows } = await pool.query<{ postedAt: Micros }>({
    name: 'find-posted-at',
    text: `select posted_at as "postedAt" from submission
      where id = $1 and type = 'notice' and version <= $2 order by version desc limit 1`,
    values: [id, version],
  })
  return rows[0]?.postedAt
}
