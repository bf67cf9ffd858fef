import type { Pool, PoolClient } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { SaidType } from '#core/said/forms.ts'
import { toldTypes } from '#core/said/told.ts'
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

/** The most entries that one participant is told of at once. */
const atOnce = 50

/**
 * Gives `tell` the entries that concern other participants and were not told yet, in order for each
 * of them. `tell` resolves with the participants that were told; their positions are stored then.
 * If the process dies before that, the same entries are told again. Only one process does this at a
 * time, and the others find nothing to do. Resolves with whether there may be more at once.
 */
export const tellEntries = (
  pool: Pool,
  tell: (rows: readonly ToldRow[]) => Promise<ReadonlySet<string>>,
): Promise<boolean> =>
  transaction(pool, async (client) => {
    const held = await client.query<{ position: number }>(
      'select position from told for update skip locked',
    )
    const position = held.rows[0]?.position
    if (position === undefined) return false
    const rows = await readUntold(client, position)
    if (rows.length === 0) return false
    const told = await tell(rows)
    const perTold = [...Map.groupBy(rows, (row) => row.to)].filter(([to]) => told.has(to))
    await client.query({
      name: 'told-up-to',
      text: `insert into told_to (participant, position)
        select * from unnest($1::text[], $2::bigint[])
        on conflict (participant) do update set position = excluded.position`,
      values: [perTold.map(([to]) => to), perTold.map(([, some]) => some.at(-1)!.index)],
    })
    return perTold.some(([, some]) => some.length === atOnce)
  })

/** `before`: up to where those were told that have no position of their own. */
const readUntold = async (client: PoolClient, before: number): Promise<ToldRow[]> => {
  const { rows } = await client.query<ToldRow>({
    name: 'entries-to-tell',
    text: `select p.id as to, e.index, e.time, e.event as type, e.issuer as participant,
             p.id as "aboutIssuer", e.about_id as "aboutId", e.statement, e.disclosures
           from (select distinct id from registry_row where kind = 'participant') p
           left join told_to t on t.participant = p.id
           cross join lateral (
             select * from entry e where e.about_issuer = p.id and e.about_id is not null
             and e.index > coalesce(t.position, $1) and e.destroyed_at is null
             and e.event = any ($3)
             order by e.index limit $2) e
           order by e.index`,
    values: [before, atOnce, toldTypes],
  })
  return rows
}

/** Far above every bound on what one participant may say about one notice. */
const countedMost = 1000

/** How many statements of a participant about a notice are logged, at most `countedMost`. */
export const countSaid = async (
  pool: Pool,
  participant: string,
  about: { readonly issuer: string; readonly id: string },
): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>({
    name: 'count-said',
    text: `select count(*)::int as count from (select from entry where about_issuer = $2
      and about_id = $3 and issuer = $1 limit ${countedMost}) as said`,
    values: [participant, about.issuer, about.id],
  })
  return rows[0]!.count
}
