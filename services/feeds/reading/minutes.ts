import type { Pool } from 'pg'
import type { Clock } from '#runtime/process/clock.ts'
import type { Log } from '#runtime/process/log.ts'
import { fillMinute, lastIndexBefore, minuteMicros } from '#store/log/minutes.ts'
import { readLogTime } from '#store/registry/rights-history.ts'
import type { FullMinute, Named, Position } from './position.ts'

/** The full minutes of the log, which cursors name where a reader is told nothing. */
export type Minutes = {
  /** The last full minute that ends at `head` or before it. undefined: none is known yet. */
  readonly last: (head: number) => FullMinute | undefined
  /** The full minute that an entry was logged in. undefined: it is not full yet. */
  readonly of: (index: number) => Promise<FullMinute | undefined>
  /** The position that a cursor names. */
  readonly positionOf: (named: Named) => Promise<Position>
  /** The epoch of the log. */
  readonly logEpoch: () => number
  readonly close: () => Promise<void>
}

export type MinutesOptions = {
  readonly pool: Pool
  readonly clock: Pick<Clock, 'trust'>
  /** How often the clock is looked at, at least. It is looked at when a minute is over, too. */
  readonly pollMs: number
  readonly log: Log
}

const maxEnds = 10_000
/** The tail can be behind the minutes. It is never so many minutes behind and not stale. */
const keptMinutes = 3

/**
 * Follows the clock of the database, which is the same for all feeds processes. Resolves when the
 * last minute is full.
 */
export const openMinutes = async (options: MinutesOptions): Promise<Minutes> => {
  const { pool, clock, pollMs, log } = options
  let full: FullMinute[] = []
  let logEpoch = 0
  let timer: NodeJS.Timeout
  let looking: Promise<void> | undefined
  let isClosed = false
  const isFull = (minute: number): boolean => minute <= (full.at(-1)?.minute ?? -1)
  const endOf = createEnds(pool, isFull)

  /** Resolves with the time in ms until the clock is to be looked at again. */
  const look = async (): Promise<number> => {
    const { minute, restMs, logEpoch: seen } = await fillMinute(pool, clock.trust)
    logEpoch = seen
    if (!isFull(minute)) full = [...full, { minute, end: await endOf(minute) }].slice(-keptMinutes)
    return Math.min(pollMs, restMs)
  }
  const lookIn = (ms: number): void => {
    if (isClosed) return
    timer = setTimeout(() => {
      looking = look()
        .catch((error: unknown) => {
          log.error({ err: error }, 'the clock of the log is not read')
          return pollMs
        })
        .then(lookIn)
    }, ms)
  }
  lookIn(await look())

  return {
    last: (head) => full.findLast(({ end }) => end <= head),
    of: async (index) => {
      const time = await readLogTime(pool, index)
      const minute = Math.floor((time ?? Infinity) / minuteMicros)
      return isFull(minute) ? { minute, end: await endOf(minute) } : undefined
    },
    positionOf: async ({ index, ...named }) => ({
      ...named,
      index: index ?? (await endOf(named.minute!)),
    }),
    logEpoch: () => logEpoch,
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await looking
    },
  }
}

/** The last index of each minute. That of a full minute never changes, so it is looked for once. */
const createEnds = (
  pool: Pool,
  isFull: (minute: number) => boolean,
): ((minute: number) => Promise<number>) => {
  const held = new Map<number, number>()
  return async (minute) => {
    const known = held.get(minute)
    if (known !== undefined) return known
    const stays = isFull(minute)
    const end = await lastIndexBefore(pool, (minute + 1) * minuteMicros)
    if (!stays) return end
    if (held.size >= maxEnds) held.delete(held.keys().next().value!)
    held.set(minute, end)
    return end
  }
}
