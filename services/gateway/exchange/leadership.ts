import type { Pool, PoolClient } from 'pg'
import type { Logger } from 'pino'

const relayLock = 0x5357_4252 // 'SWBR'
const tryEveryMs = 1000

/**
 * Runs `lead` while this process alone holds the database's relay lock. The lock lies in a session
 * of its own: it is gone the moment the connection is, and another process takes over. Two relays
 * for a moment do no harm: the hub counts the same bytes once.
 */
export const holdLeadership = (
  pool: Pool,
  lead: () => { close: () => Promise<void> },
  log: Logger,
): { close: () => Promise<void> } => {
  let closed = false
  let wake = (): void => {}
  const run = async (): Promise<void> => {
    while (!closed) {
      await leadOnce().catch((error: unknown) => log.warn({ err: error }, 'relay lock not held'))
      if (!closed) await sleep(tryEveryMs)
    }
  }
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const leadOnce = async (): Promise<void> => {
    const client = await pool.connect()
    const lost = new Promise<void>((resolve) => client.once('error', () => resolve()))
    try {
      if (!(await locked(client)) || closed) return
      const led = lead()
      await Promise.race([lost, new Promise<void>((resolve) => (wake = resolve))])
      await led.close()
    } finally {
      client.release(true) // ends the session, and the lock with it
    }
  }
  const running = run()
  return {
    close: async () => {
      closed = true
      wake()
      await running
    },
  }
}

const locked = async (client: PoolClient): Promise<boolean> => {
  const { rows } = await client.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1) as held',
    [relayLock],
  )
  return rows[0]!.held
}
