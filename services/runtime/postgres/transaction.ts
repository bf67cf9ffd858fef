import type { Pool, PoolClient } from 'pg'
import { pause } from '../process/pause.ts'

type Work<T> = (client: PoolClient, rows: readonly unknown[]) => Promise<T>

const maxAttempts = 5
const firstRetryMs = 5

/**
 * Runs `work` in one transaction (READ COMMITTED). Durable when it resolves. `work` runs again, at
 * most five times in all, when PostgreSQL chose it as the victim of a deadlock or a serialization
 * failure (40P01, 40001); so it must have no effects but those on `client`. Any other error rolls
 * back and rejects. An error on COMMIT itself leaves open whether the transaction is durable: the
 * caller's keys must make a repetition harmless. `first` are statements without parameters that
 * share the round trip of BEGIN; `work` gets the rows of the last.
 */
export const transaction = async <T>(pool: Pool, work: Work<T>, first?: string): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptTransaction(pool, work, first)
    } catch (error) {
      if (attempt >= maxAttempts || !isConflict(error)) throw error
      await pause(firstRetryMs * 2 ** attempt * (0.5 + Math.random()))
    }
  }
}

const isConflict = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '40001' || error.code === '40P01')

const attemptTransaction = async <T>(
  pool: Pool,
  work: Work<T>,
  first: string | undefined,
): Promise<T> => {
  const client = await pool.connect()
  let broken = false
  try {
    // several statements give several results
    const begun: unknown = await client.query(first === undefined ? 'begin' : `begin; ${first}`)
    const result = await work(
      client,
      Array.isArray(begun) ? (begun as { rows: unknown[] }[]).at(-1)!.rows : [],
    )
    await client.query('commit')
    return result
  } catch (error) {
    broken = !(await rolledBack(client, error))
    throw error
  } finally {
    client.release(broken) // a connection in an unknown state is closed
  }
}

/**
 * Whether the transaction is rolled back. After a read timeout the connection still waits for its
 * statement, and a rollback would wait behind it.
 */
const rolledBack = async (client: PoolClient, error: unknown): Promise<boolean> => {
  if (error instanceof Error && error.message === 'Query read timeout') return false
  return client.query('rollback').then(
    () => true,
    () => false,
  )
}
