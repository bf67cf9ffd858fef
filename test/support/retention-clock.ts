import type { Pool } from 'pg'
import { nowMicros } from '#runtime/process/clock.ts'

/** Sets a hub database's clock of retention so many days ahead. */
export const retentionClockAt = async (pool: Pool, days: number): Promise<void> =>
  void (await pool.query(
    `create or replace function retention_clock() returns bigint language sql stable as $$
      select ${nowMicros() + days * 86_400_000_000}::bigint $$`,
  ))

/**
 * Runs SQL as the owner of the tables, who declares that it means to destroy, and takes it back.
 * Resolves with `done`, or with what the database says against it.
 */
export const refusedBy = async (pool: Pool, sql: string): Promise<string> => {
  const client = await pool.connect()
  try {
    return await client
      .query(`begin; select set_config('switchboard.destroying', 'yes', true); ${sql}`)
      .then(
        () => 'done',
        (error: Error) => error.message,
      )
  } finally {
    await client.query('rollback')
    client.release()
  }
}
