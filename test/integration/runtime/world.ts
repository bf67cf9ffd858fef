import type { Pool } from 'pg'
import { type Test } from 'tap'
import { createPool, type PoolOptions } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { freshDatabase } from '#test/support/database.ts'

export const log = createLog({ service: 'test', level: 'silent' })

export const fresh = async (
  t: Test,
  options: Partial<PoolOptions> = {},
): Promise<{ url: string; pool: Pool }> => {
  const url = await freshDatabase(t)
  const pool = createPool({ url, max: 4, applicationName: 'test', log, ...options })
  t.teardown(() => pool.end())
  return { url, pool }
}

export const rejection = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

export const breakOthers = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`

export const first = {
  '001_a.sql': 'create table a (n integer); insert into a values (1);',
  '002_b.sql': 'insert into a values (2);',
}
