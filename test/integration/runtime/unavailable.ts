import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { createPool } from '#runtime/postgres/pool.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { isUnavailable } from '#runtime/process/unavailable.ts'
import { log, fresh, rejection, breakOthers } from './world.ts'

export const unavailable = async (t: Test): Promise<void> => {
  await t.test(
    'a connection that breaks rejects its transaction as unavailable, and the next one works',
    async (t) => {
      const { url, pool } = await fresh(t)
      const other = createPool({ url, max: 1, applicationName: 'breaker', log })
      t.teardown(() => other.end())
      const during = await rejection(
        transaction(pool, async (client) => {
          await Promise.all([
            client.query('select pg_sleep(20)'),
            delay(100).then(() => other.query(breakOthers)),
          ])
        }),
      )
      t.ok(isUnavailable(during), 'within a statement')
      const between = await rejection(
        transaction(pool, async (client) => {
          await client.query('select 1')
          await other.query(breakOthers)
          await delay(100)
          await client.query('select 1')
        }),
      )
      t.ok(isUnavailable(between), 'between two statements')
      t.equal(await transaction(pool, async () => 1), 1)
    },
  )

  await t.test(
    'a statement or a wait for a connection that takes too long is unavailable (threat G6)',
    async (t) => {
      const { pool } = await fresh(t, { max: 1, statementTimeoutMs: 200, connectTimeoutMs: 150 })
      t.ok(isUnavailable(await rejection(pool.query('select pg_sleep(5)'))))
      const client = await pool.connect()
      t.ok(isUnavailable(await rejection(pool.query('select 1'))))
      client.release()
      t.equal((await pool.query('select 1')).rowCount, 1)
    },
  )

  await t.test('a transaction that rests too long cannot commit (threat H5)', async (t) => {
    const { pool } = await fresh(t, { idleInTransactionTimeoutMs: 100 })
    await pool.query('create table x (n integer)')
    const stalled = await rejection(
      transaction(pool, async (client) => {
        await client.query('insert into x values (1)')
        await delay(500)
      }),
    )
    t.ok(isUnavailable(stalled))
    t.equal((await pool.query('select 1 from x')).rowCount, 0)
  })
}
