import type { Pool, PoolClient } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { databaseMicros } from '#runtime/postgres/clock.ts'

/** Where the log goes on: the next index, the last log time, and the database's time. */
export type LogEnd = { next: number; lastTime: Micros; readonly now: Micros }

/**
 * Throws if a time that the database has just given is not to be believed. An entry of the log can
 * never be undone, so its time is looked at before anything is written.
 */
export type Trust = (at: Micros) => void

/** SQL that locks the sequencer's row. The time is read when the lock is held, not before. */
export const lockLogEnd = (further = ''): string =>
  `select s.*, ${databaseMicros} as now${further} from (select next_index as next,
    last_time as "lastTime" from sequencer for update) s`

/** Locks the end of the log until the transaction ends: batches of all processes wait. */
export const holdLogEnd = async (client: PoolClient, trust: Trust): Promise<LogEnd> => {
  const { rows } = await client.query<LogEnd>(lockLogEnd())
  trust(rows[0]!.now)
  return rows[0]!
}

/** How far the last log time is ahead of the database's, in microseconds. */
export const logAhead = async (pool: Pool): Promise<Micros> => {
  const { rows } = await pool.query<{ ahead: Micros }>({
    name: 'log-ahead',
    text: `select greatest(0, last_time - ${databaseMicros}) as ahead from sequencer`,
  })
  return rows[0]!.ahead
}

/** The log time of the next entry: the database's, and later than the last one in any case. */
export const nextTime = ({ now }: LogEnd, last: Micros): Micros => Math.max(now, last + 1)
