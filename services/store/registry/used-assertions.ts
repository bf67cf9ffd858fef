import { createHash } from 'node:crypto'
import type { Pool } from 'pg'

/** The most assertions of one client that are kept at a time. */
export const maxUsedAssertions = 10_000

/** The clocks of processes may differ by so much: an assertion is kept so long after its end. */
const keptAfterS = 300
const deletedAtOnce = 1000

/**
 * Notes that a client uses an assertion, which ends at `exp` (seconds). `first` is answered once,
 * whatever process asks: two at a time meet at the primary key. Durable when it resolves.
 */
export const useAssertion = async (
  pool: Pool,
  client: string,
  jti: string,
  exp: number,
): Promise<'first' | 'again' | 'too-many'> => {
  const digest = createHash('sha256').update(jti).digest()
  const made = await pool.query({
    name: 'use-assertion',
    text: `insert into used_assertion (client, digest, kept_until)
           select $1, $2, $3 where (select count(*) from (select from used_assertion
             where client = $1 limit ${maxUsedAssertions}) as held) < ${maxUsedAssertions}
           on conflict do nothing`,
    values: [client, digest, Math.ceil(exp) + keptAfterS],
  })
  if (made.rowCount === 1) return 'first'
  const held = await pool.query({
    name: 'used-assertion',
    text: 'select from used_assertion where client = $1 and digest = $2',
    values: [client, digest],
  })
  return held.rowCount === 1 ? 'again' : 'too-many'
}

/** Deletes assertions whose time is over, by `now` (seconds), a bounded piece at a time. */
export const deleteUsedAssertions = async (pool: Pool, now: number): Promise<boolean> => {
  const { rowCount } = await pool.query({
    name: 'delete-used-assertions',
    text: `delete from used_assertion where (client, digest) in (select client, digest
      from used_assertion where kept_until < $1 order by kept_until limit ${deletedAtOnce})`,
    values: [Math.floor(now)],
  })
  return rowCount === deletedAtOnce
}
