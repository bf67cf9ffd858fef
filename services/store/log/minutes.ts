import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { Trust } from './log-end.ts'

/** A minute in microseconds. */
export const minuteMicros = 60_000_000

/**
 * Makes the last minute of the database's clock full, if it is not: no entry with a log time in it,
 * or in an earlier one, can come any more. `minute`: minutes since the Unix epoch. `restMs`: how
 * long the present minute goes on. `logEpoch`: the epoch of the log.
 *
 * If `trust` throws, no minute is filled: a log that was brought to a time in the future goes on
 * from there.
 *
 * Every log time is later than the sequencer's last one. So the minute is full when that one is at
 * the minute's end. It is raised under the lock of the row, which no batch under way holds then.
 * Where entries are logged all the time it is there already, and nothing is locked. Durable when it
 * resolves. Safe to call concurrently.
 */
export const fillMinute = async (
  pool: Pool,
  trust: Trust,
): Promise<{ minute: number; restMs: number; logEpoch: number }> => {
  const { rows } = await pool.query<{ now: Micros; last: Micros; logEpoch: number }>({
    name: 'log-clock',
    text: 'select log_clock() as now, last_time as last, epoch as "logEpoch" from sequencer',
  })
  const { now, last, logEpoch } = rows[0]!
  trust(now)
  const begins = now - (now % minuteMicros)
  if (last < begins - 1) {
    await pool.query({
      name: 'fill-minute',
      text: 'update sequencer set last_time = $1 where last_time < $1',
      values: [begins - 1],
    })
    // If the process dies here, the minute is full, and the next look finds that it is.
  }
  return {
    minute: begins / minuteMicros - 1,
    restMs: Math.ceil((begins + minuteMicros - now) / 1000),
    logEpoch,
  }
}

/**
 * The index of the last entry that was logged before a time; -1 if there is none. Log times grow
 * with the index, so it is found by halving, in about 20 steps for a million entries.
 */
export const lastIndexBefore = async (pool: Pool, time: Micros): Promise<number> => {
  const { rows } = await pool.query<{ index: number }>({
    name: 'last-index-before',
    text: `with recursive search (low, high) as (
             select -1::bigint, next_index - 1 from sequencer
             union all
             select case when e.time < $1 then e.index else low end,
               case when e.time < $1 then high else e.index - 1 end
             from search join entry e on e.index = (low + high + 1) / 2 where low < high)
           select low as index from search where low = high`,
    values: [time],
  })
  const found = rows[0]
  if (found === undefined) throw new Error('the notice log has a gap')
  return found.index
}
