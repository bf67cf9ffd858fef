import type { Pool, PoolClient } from 'pg'
import type { Logger } from 'pino'
import { pause } from '#runtime/process/pause.ts'

const relayLock = 0x5357_4252 // 'SWBR'
const tryEveryMs = 1000

/**
 * Runs `lead` while this process alone holds the database's relay lock. The lock belongs to a
 * database session of its own: when the connection ends, the lock ends, and another process takes
 * over. Two relays at once for a moment do no harm, since the hub counts the same bytes once.
 */
export const holdLeadership = (
  pool: Pool,
  lead: () => { close: () => Promise<void> },
  log: Logger,
): { close: () => Promise<void> } => {
  const closing = new AbortController()
  const { signal } = closing
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await leadOnce().catch((error: unknown) => log.warn({ err: error }, 'relay lock not held'))
      if (!signal.aborted) await pause(tryEveryMs, signal)
    }
  }
  const leadOnce = async (): Promise<void> => {
    const client = await pool.connect()
    const lost = new Promise<void>((resolve) => client.once('error', () => resolve()))
    try {
      if (!(await locked(client)) || signal.aborted) return
      const led = lead()
      await Promise.race([lost, aborted(signal)])
      await led.close()
    } finally {
      client.release(true) // ends the session, and the lock with it
    }
  }
  const running = run()
  return {
    close: async () => {
      closing.abort()
      await running
    },
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

const locked = async (client: PoolClient): Promise<boolean> => {
  const { rows } = await client.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1) as held',
    [relayLock],
  )
  return rows[0]!.held
}
