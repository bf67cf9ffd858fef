import type { Test } from 'tap'
import { listen } from '#runtime/postgres/listen.ts'
import { until } from '#test/support/until.ts'
import { fresh, breakOthers } from './world.ts'

export const notifications = async (t: Test): Promise<void> => {
  await t.test(
    'notifications come in order; after an interruption the listener says so and goes on',
    async (t) => {
      const { url, pool } = await fresh(t)
      const heard: string[] = []
      let reconnects = 0
      const listener = await listen(
        url,
        ['one', 'Two-2'],
        (channel, payload) => heard.push(`${channel}:${payload}`),
        { onReconnect: () => reconnects++ },
      )
      const tell = (channel: string, payload: string) =>
        pool.query('select pg_notify($1, $2)', [channel, payload])
      for (const n of [1, 2, 3]) await tell('one', String(n))
      await tell('Two-2', 'x')
      await tell('other', 'y')
      await until('all are heard', () => heard.length === 4)
      t.strictSame(heard, ['one:1', 'one:2', 'one:3', 'Two-2:x'])
      for (const round of [1, 2]) {
        await pool.query(`${breakOthers} and application_name = 'listen'`)
        await until('it is connected again', () => reconnects === round)
        await tell('one', `again ${round}`)
        await until('it is heard again', () => heard.includes(`one:again ${round}`))
      }
      await listener.close()
      t.equal(
        (
          await pool.query(
            `select 1 from pg_stat_activity where datname = current_database()
            and application_name = 'listen'`,
          )
        ).rowCount,
        0,
      )
    },
  )

  await t.test('a listener that cannot connect at first rejects', async (t) => {
    await t.rejects(
      listen('postgres://127.0.0.1:1/x', ['a'], () => undefined, { onReconnect: () => undefined }),
      { code: 'ECONNREFUSED' },
    )
  })
}
