import t from 'tap'
import { databaseTime } from '#runtime/postgres/clock.ts'
import { expireNotices } from '#store/log/expire.ts'
import { appendBatch } from '#store/log/append.ts'
import { fillMinute } from '#store/log/minutes.ts'
import { destroyDue } from '#store/log/retention.ts'
import { createFeedsWorld, forKh } from '#test/support/feeds.ts'
import { matchKey } from '#test/support/match-key.ts'
import { retentionClockAt } from '#test/support/retention-clock.ts'
import { makeShiftable, shiftDatabase } from '#test/support/shifted-database.ts'
import { until } from '#test/support/until.ts'

const world = await createFeedsWorld(t)
const { pool } = world
await makeShiftable(world.databaseUrl)

type Entry = { readonly time: number; readonly event: string }
const entries = async (): Promise<Entry[]> =>
  (await pool.query<Entry>('select time, event from entry order by index')).rows
const lastTime = async (): Promise<number> => (await entries()).at(-1)!.time

const day = 86_400_000
/** Runs something in a process, this one, whose clock is shifted. */
const shifted = async (ms: number, work: () => Promise<unknown>): Promise<void> => {
  const real = Date.now
  Date.now = () => real() + ms
  try {
    await work()
  } finally {
    Date.now = real
  }
}

for (const ms of [30 * day, -30 * day, 3_600_000, -3_600_000])
  await t.test(`a process whose clock is ${ms} ms off logs at the database's time`, async (t) => {
    const before = await databaseTime(pool)
    await shifted(ms, () => world.append([{ content: forKh() }, { content: forKh() }]))
    const after = await databaseTime(pool)
    const times = (await entries()).slice(-2).map(({ time }) => time)
    t.ok(times[0]! >= before && times[0]! < times[1]! && times[1]! <= after + 1)
  })

await t.test('a process whose clock is ahead ends no notice before the database', async (t) => {
  const expires = new Date(Date.now() + 10 * day).toISOString()
  const handling = { tlp: 'AMBER', release: { participants: ['KH'] }, expires }
  await world.append([{ content: forKh({ handling }) }])
  await shifted(30 * day, () => expireNotices(pool, 100, () => undefined))
  t.notOk((await entries()).some(({ event }) => event === 'expired'))
})

await t.test('the time is read when the log is locked, not before', async (t) => {
  const client = await pool.connect()
  await client.query('begin')
  await client.query('select from sequencer for update')
  const appending = world.append([{ content: forKh() }])
  await until('it waits', async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock' and query like '%sequencer%'`,
    )
    return rowCount! > 0
  })
  const locked = await databaseTime(client)
  await client.query('commit')
  client.release()
  await appending
  t.ok((await lastTime()) >= locked)
})

await t.test('a database that steps back an hour: log times go on in their order', async (t) => {
  const before = await lastTime()
  await shiftDatabase(world.databaseUrl, -3600)
  for (let i = 0; i < 5; i++) await world.append([{ content: forKh() }, { content: forKh() }])
  await shiftDatabase(world.databaseUrl, 0)
  const times = (await entries()).map(({ time }) => time)
  t.ok(times.every((time, i) => i === 0 || time > times[i - 1]!))
  t.ok(times.at(-1)! < before + 1_000_000)
})

await t.test('a time that is not trusted changes nothing, whoever asks', async (t) => {
  class NotTrusted extends Error {
    override readonly name = 'NotTrusted'
  }
  const trust = (): never => {
    throw new NotTrusted()
  }
  const all = async (): Promise<unknown> => [
    await entries(),
    (await pool.query('select next_index, last_time from sequencer')).rows,
    (await pool.query('select from destruction')).rowCount,
  ]
  await world.clockAt((await databaseTime(pool)) + 3_600_000_000)
  await retentionClockAt(pool, 4000)
  const retention = { retentionDays: 365, victimRetentionDays: 30 }
  const before = await all()
  const works: readonly (() => Promise<unknown>)[] = [
    () => appendBatch(pool, matchKey, [], { trust }),
    () => expireNotices(pool, 100, trust),
    () => fillMinute(pool, trust),
    () => destroyDue(pool, retention, 100, trust),
  ]
  for (const work of works) await t.rejects(work(), { name: 'NotTrusted' })
  t.same(await all(), before)
  await fillMinute(pool, () => undefined)
  t.notSame(await all(), before, 'it would have')
})
