import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { endNotices } from './expire.ts'
import { holdLogEnd, type Trust } from './log-end.ts'

/**
 * How long content is kept after the newest version of its notice was logged. The shorter time
 * holds if that version names a possible or confirmed victim.
 */
export type Retention = { readonly retentionDays: number; readonly victimRetentionDays: number }

/**
 * Destroys the content and the salts of the notices that are due, at most `limit` at a time, with
 * their records in quarantine. The end of a standing notice is logged first, so that its holders
 * are told. The database decides by its own clock which notices are due; if `trust` throws, none
 * is destroyed. Resolves with the number
 * of notices and whether there may be more: then call again. Durable when it resolves; done by two
 * processes at once, it counts once.
 */
export const destroyDue = async (
  pool: Pool,
  { retentionDays, victimRetentionDays }: Retention,
  limit: number,
  trust: Trust,
): Promise<{ notices: number; more: boolean }> => {
  if (!(await isAnythingDue(pool, retentionDays, victimRetentionDays)))
    return { notices: 0, more: false }
  const notices = await transaction(pool, async (client) => {
    const end = await holdLogEnd(client, trust)
    const { rows } = await client.query<{ standing: number }>({
      name: 'standing-and-due',
      text: 'select standing from due_for_destruction($1, $2, $3) where standing is not null',
      values: [retentionDays, victimRetentionDays, limit],
    })
    await endNotices(
      client,
      end,
      rows.map((row) => row.standing),
    )
    const { rows: destroyed } = await client.query<{ count: number }>({
      name: 'destroy-due',
      text: 'select destroy_due($1, $2, $3) as count',
      values: [retentionDays, victimRetentionDays, limit],
    })
    return destroyed[0]!.count
  })
  return { notices, more: true }
}

/** Asked before the sequencer is locked, because intake waits for that lock. */
const isAnythingDue = async (pool: Pool, normal: number, victim: number): Promise<boolean> => {
  const { rows } = await pool.query<{ due: boolean }>({
    name: 'is-anything-due',
    text: `select exists (select from due_for_destruction($1, $2, 1))
             or exists (select from quarantine where destroyed_at is null
             and received_at <= retention_clock() - days(case when state = 'held' then $1
             else least($1, $2) end))
             or exists (select from submission
             where body <> '{}' and at <= retention_clock() - days(least($1, $2))) as due`,
    values: [normal, victim],
  })
  return rows[0]!.due
}

export type Destruction = {
  readonly seq: number
  readonly issuer: string
  readonly id: string
  readonly at: Micros
}

/** The destructions after a seq, in order. */
export const readDestructions = async (
  pool: Pool,
  after: number,
  limit: number,
): Promise<Destruction[]> => {
  const { rows } = await pool.query<Destruction>({
    name: 'read-destructions',
    text: `select seq, issuer, notice_id as id, at from destruction where seq > $1 order by seq
      limit $2`,
    values: [after, limit],
  })
  return rows
}

/** The last destruction; 0 if there is none. */
export const lastDestruction = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ seq: number }>({
    name: 'last-destruction',
    text: 'select coalesce(max(seq), 0) as seq from destruction',
  })
  return rows[0]!.seq
}
