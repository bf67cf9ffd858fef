import type { Pool, PoolClient } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { SaidForms } from '#core/said/forms.ts'
import type { SaidInput } from '#core/said/said.ts'
import { transaction } from '#runtime/postgres/transaction.ts'

/** What a client says at feeds: its country does not sign it. */
export type InboxRow = {
  readonly id: string
  readonly type: 'consent'
  readonly participant: string
  readonly agency: string
  readonly client: string
  readonly about: { readonly issuer: string; readonly id: string }
  /** The participant that it is said to. */
  readonly concerns: string
  readonly said: {
    readonly clear: Omit<SaidInput<'consent'>['clear'], 'saidAt'>
    readonly disclosed: Omit<SaidForms['consent']['disclosed'], 'by' | 'about'>
  }
  readonly at: Micros
}

/** The most that waits. It is appended within a second while the hub runs. */
const maxWaitingInbox = 10_000

/** Too much of what was said at feeds waits for the log. */
class InboxFull extends Error {
  override name = 'InboxFull'
}

/** What a transaction resolves with that stored nothing, because too much waits: undefined. */
export const unlessFull = (error: unknown): undefined => {
  if (!(error instanceof InboxFull)) throw error
}

/**
 * Adds a row in the caller's transaction, beside the state that feeds show. Rejects if too many
 * wait: then nothing is stored (`unlessFull`).
 */
export const insertInbox = async (client: PoolClient, row: InboxRow): Promise<void> => {
  const { rowCount } = await client.query({
    name: 'insert-inbox',
    text: `insert into inbox (id, type, participant, agency, client, about_issuer, about_id,
        concerns, said, at)
      select $1::uuid, $2, $3, $4, $5, $6, $7::uuid, $8, $9, $10::bigint
      where (select count(*) from (select from inbox limit $11) as waiting) < $11`,
    values: [
      row.id,
      row.type,
      row.participant,
      row.agency,
      row.client,
      row.about.issuer,
      row.about.id,
      row.concerns,
      JSON.stringify(row.said),
      row.at,
      maxWaitingInbox,
    ],
  })
  if (rowCount === 0) throw new InboxFull()
}

/** The most rows that are appended at once. */
const atOnce = 200

/**
 * Gives `append` the rows that wait and are not in the log, in order; then they go. If the process
 * dies before that, the log says which of them it has. One process does this at a time, and the
 * others find nothing to do. Resolves with whether there may be more at once.
 */
export const emptyInbox = (
  pool: Pool,
  append: (rows: readonly InboxRow[]) => Promise<void>,
): Promise<boolean> =>
  transaction(pool, async (client) => {
    const lock = await client.query<{ held: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('inbox')) as held`,
    )
    if (lock.rows[0]?.held !== true) return false
    const { rows } = await client.query<InboxRow & { logged: boolean }>({
      name: 'read-inbox',
      text: `select i.id, i.type, i.participant, i.agency, i.client, i.concerns, i.at,
          json_build_object('issuer', i.about_issuer, 'id', i.about_id) as about,
          i.said::json as said,
          exists (select from entry e where e.id = i.id and e.issuer = i.participant
            and e.event = i.type) as logged
        from inbox i order by i.seq limit $1`,
      values: [atOnce],
    })
    if (rows.length === 0) return false
    const left = rows.filter(({ logged }) => !logged)
    if (left.length > 0) await append(left)
    // If the process dies here, the rows are in the log and wait still: they are not logged again.
    await client.query({
      name: 'delete-inbox',
      text: 'delete from inbox where id = any ($1::uuid[])',
      values: [rows.map(({ id }) => id)],
    })
    return rows.length === atOnce
  })
