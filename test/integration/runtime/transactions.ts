import type { Test } from 'tap'
import { transaction } from '#runtime/postgres/transaction.ts'
import { fresh, rejection } from './world.ts'

export const transactions = async (t: Test): Promise<void> => {
  await t.test(
    'bigint reads as a number, also in arrays; one beyond 2^53 is an error, not another number',
    async (t) => {
      const { pool } = await fresh(t)
      const { rows } = await pool.query(
        `select 9007199254740991::bigint as one, array[1::bigint, null, -5] as many,
        count(*) as counted, null::bigint as none, 'x' as text`,
      )
      t.strictSame(rows, [
        { one: Number.MAX_SAFE_INTEGER, many: [1, null, -5], counted: 1, none: null, text: 'x' },
      ])
      await t.rejects(pool.query('select 9007199254740992::bigint'), RangeError)
      t.strictSame((await pool.query('select 1 as one')).rows, [{ one: 1 }])
    },
  )

  await t.test(
    'a transaction is there as a whole when it resolves, and not at all when it rejects',
    async (t) => {
      const { pool } = await fresh(t)
      await pool.query('create table x (n integer primary key)')
      t.equal(
        await transaction(
          pool,
          async (client) => (await client.query('insert into x values (1), (2)')).rowCount,
        ),
        2,
      )
      t.match(
        await rejection(
          transaction(pool, async (client) => {
            await client.query('insert into x values (3)')
            await client.query('insert into x values (1)')
          }),
        ),
        { code: '23505' },
      )
      t.strictSame((await pool.query('select n from x order by n')).rows, [{ n: 1 }, { n: 2 }])
    },
  )

  await t.test(
    'the victim of a deadlock runs again, a bounded number of times (threat G7)',
    async (t) => {
      const { pool } = await fresh(t)
      await pool.query(
        'create table x (n integer primary key, v integer); insert into x values (1, 0), (2, 0)',
      )
      let runs = 0
      const both = { entered: 0, ...Promise.withResolvers<void>() }
      const bump = (first: number, second: number) =>
        transaction(pool, async (client) => {
          runs++
          await client.query('update x set v = v + 1 where n = $1', [first])
          if (++both.entered === 2) both.resolve()
          await both.promise
          await client.query('update x set v = v + 1 where n = $1', [second])
        })
      await Promise.all([bump(1, 2), bump(2, 1)])
      t.strictSame((await pool.query('select v from x')).rows, [{ v: 2 }, { v: 2 }])
      t.equal(runs, 3)
      let attempts = 0
      t.match(
        await rejection(
          transaction(pool, async () => {
            attempts++
            throw Object.assign(new Error('x'), { code: '40001' })
          }),
        ),
        { code: '40001' },
      )
      t.equal(attempts, 5)
    },
  )
}
