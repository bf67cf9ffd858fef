import type { Pool, PoolClient } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { createClock, thisMoment, type Clock, type ClockReading } from '../process/clock.ts'
import { every } from '../process/every.ts'
import type { Log } from '../process/log.ts'
import type { Metrics } from '../process/metrics.ts'

/** SQL: the database's time in microseconds, at the moment at which the row is made. */
export const databaseMicros = `(extract(epoch from clock_timestamp()) * 1000000)::bigint`

/** The database's time now, for what is done once: nothing else is asked whether it is right. */
export const databaseTime = async (db: Pool | PoolClient): Promise<Micros> => {
  const { rows } = await db.query<{ at: Micros }>({
    name: 'read-clock',
    text: `select ${databaseMicros} as at`,
  })
  return rows[0]!.at
}

const readEveryMs = 1000
/** How often the log says again that the clocks do not agree. */
const sayAgainMs = 60_000

/**
 * Follows the clock of a database, which all processes on it share. Resolves when it is read for
 * the first time. While the database is away, its time goes on by the process's steady clock.
 */
export const openClock = async (options: {
  readonly pool: Pool
  readonly clockToleranceMs: number
  readonly log: Log
  readonly metrics: Metrics
}): Promise<Clock & { readonly close: () => Promise<void> }> => {
  const { pool, metrics } = options
  const clock = createClock(options, await readClock(pool))
  metrics.gauge(
    'switchboard_clock_offset_seconds',
    "This process's clock minus its database's",
    [],
    (gauge) => gauge.set(clock.offset() / 1_000_000),
  )
  const say = sayer(options, clock)
  say()
  const reading = every(
    readEveryMs,
    async () => {
      // the database's absence is told by those who need its tables
      const read = await readClock(pool).catch(() => undefined)
      if (read !== undefined) clock.take(read)
      say()
    },
    (error) => options.log.error({ err: error }, "the database's clock is not followed"),
  )
  return { ...clock, close: reading.close }
}

const readClock = async (pool: Pool): Promise<ClockReading> => {
  const client = await pool.connect()
  try {
    const asked = thisMoment()
    const at = await databaseTime(client)
    return { at, asked, answered: thisMoment() }
  } finally {
    client.release()
  }
}

/** Says in the log when the clocks cease to agree, each minute while they do not, and the end. */
const sayer = (
  { log, clockToleranceMs }: { readonly log: Log; readonly clockToleranceMs: number },
  clock: ReturnType<typeof createClock>,
): (() => void) => {
  let saidAt: number | undefined
  return () => {
    const [problem] = clock.problems()
    if (problem === undefined) {
      if (saidAt !== undefined) log.info('the clocks agree again')
      saidAt = undefined
    } else if (saidAt === undefined || performance.now() - saidAt > sayAgainMs) {
      saidAt = performance.now()
      const offsetSeconds = clock.offset() / 1_000_000
      log.error({ offsetSeconds, clockToleranceMs }, `${problem}: nothing is done until they agree`)
    }
  }
}
