import type { Test } from 'tap'
import { fillMinute, lastIndexBefore, minuteMicros } from '#store/log/minutes.ts'
import { rightClock } from '#test/support/clock.ts'
import { forKh } from '#test/support/feeds.ts'
import { call } from '#test/support/clients.ts'
import { until } from '#test/support/until.ts'
import { silent as world } from './world.ts'

const timesOf = async (): Promise<number[]> => {
  const { rows } = await world.pool.query<{ time: number }>('select time from entry order by index')
  return rows.map(({ time }) => time)
}

export const store = async (t: Test): Promise<void> => {
  await t.test(
    'nothing is logged in a full minute, whatever the clock of the hub, and not by a batch that ' +
      'was under way',
    async (t) => {
      const client = await world.pool.connect()
      await client.query('begin')
      await client.query('select from sequencer for update')
      await world.turnMinute()
      let isFull = false
      const filling = fillMinute(world.pool, rightClock.trust).finally(() => (isFull = true))
      await until('it waits for the batch', async () => {
        const { rows } = await world.pool.query(
          `select from pg_stat_activity where datname = current_database()
            and wait_event_type = 'Lock' and query like 'update sequencer%'`,
        )
        return rows.length > 0
      })
      t.notOk(isFull)
      await client.query('commit')
      client.release()
      const { minute, restMs } = await filling
      t.ok(restMs > 59_000 && restMs <= 60_000)
      await world.append([{ content: forKh() }])
      t.equal((await timesOf()).at(-1), (minute + 1) * minuteMicros)
      t.equal(
        (await fillMinute(world.pool, rightClock.trust)).minute,
        minute,
        'again, it changes nothing',
      )
    },
  )

  await t.test('the last entry before any time is found', async (t) => {
    for (let i = 0; i < 5; i++) {
      await world.append(Array.from({ length: i }, () => ({ content: forKh() })))
      await world.turnMinute()
      await fillMinute(world.pool, rightClock.trust)
    }
    const times = await timesOf()
    t.ok(times.length > 10)
    for (const at of [0, ...times, times.at(-1)! + minuteMicros])
      for (const time of [at, at + 1])
        t.equal(
          await lastIndexBefore(world.pool, time),
          times.findLastIndex((one) => one < time),
        )
  })

  await t.test('a cursor of another epoch of the log is refused', async (t) => {
    const [feeds] = world.feeds
    const { next } = await world.readAll(feeds, 'KH-ACD')
    await world.pool.query('update sequencer set epoch = 2')
    await until(
      'the epoch is known',
      async () => (await world.readAll(feeds, 'KH-ACD')).next !== next,
    )
    t.match(await call(`${feeds.url}/v1/feeds/all?after=${next}`, world.tokens['KH-ACD']), {
      status: 400,
      body: { code: 'request/bad-cursor' },
    })
    const { next: own } = await world.readAll(feeds, 'KH-ACD')
    t.match(await world.read(feeds, 'KH-ACD', { after: own }), { entries: [] })
  })
}
