import type { Pool, PoolClient } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { SaidType } from '#core/said/forms.ts'
import { transaction } from '#runtime/postgres/transaction.ts'

/** An entry that those whom it concerns are told of. `to`: the participant of its token. */
export type ToldRow = {
  readonly to: string
  readonly index: number
  readonly time: Micros
  readonly type: SaidType
  readonly participant: string
  readonly aboutIssuer: string
  readonly aboutId: string
  readonly statement: string
  readonly disclosures: string
}

/** A message of so many of the longest statements stays below what Kafka takes. */
const atOnce = 50

/**
 * Gives `tell` the entries that concern other participants and were not told yet, in order. The
 * position is stored when `tell` has resolved; if the process dies before that, the same entries
 * are told again. Only one process does this at a time, and the others find nothing to do. Resolves
 * with whether there may be more at once.
 */
export const tellEntries = (
  pool: Pool,
  tell: (rows: readonly ToldRow[]) => Promise<void>,
): Promise<boolean> =>
  transaction(pool, async (client) => {
    const held = await client.query<{ position: number }>(
      'select position from told for update skip locked',
    )
    const position = held.rows[0]?.position
    if (position === undefined) return false
    const rows = await readAfter(client, position)
    if (rows.length === 0) return false
    await tell(rows)
    await client.query('update told set position = $1', [rows.at(-1)!.index])
    return rows.length === atOnce
  })

const readAfter = async (client: PoolClient, position: number): Promise<ToldRow[]> => {
  const { rows } = await client.query<ToldRow>({
    name: 'entries-to-tell',
    text: `select e.about_issuer as to, e.index, e.time, e.event as type, e.issuer as participant,
             e.about_issuer as "aboutIssuer", e.about_id as "aboutId", e.statement, e.disclosures
           from entry e where e.index > $1 and e.about_id is not null and e.destroyed_at is null
           order by e.index limit $2`,
    values: [position, atOnce],
  })
  return rows
}
