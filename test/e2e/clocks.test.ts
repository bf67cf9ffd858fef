import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import t, { type Test } from 'tap'
import { setGroup } from '#core/registry/change.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { answered, arrived, call, post, readFeed, statusOf } from '#test/support/clients.ts'
import { wallet } from '#test/support/notices.ts'
import { makeShiftable, shiftDatabase } from '#test/support/shifted-database.ts'
import { shiftsVariable } from '#test/support/shifted-date.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'

const second = 1000
const hour = 3600 * second
const day = 24 * hour
const shifts = [
  ['30 days ahead', 30 * day],
  ['30 days behind', -30 * day],
  ['an hour ahead', hour],
] as const
const waitMs = 60_000

const folder = await mkdtemp(join(tmpdir(), 'clocks-'))
t.teardown(() => rm(folder, { recursive: true }))
const { info, supervisor } = await runSystem(t, 'test-clocks', {
  hubProcesses: 2,
  env: {
    NODE_OPTIONS: `--import=${new URL('../support/shifted-date.ts', import.meta.url).href}`,
    [shiftsVariable]: folder,
    REPUBLISH_AFTER_MS: '1000',
    TOPIC_POLL_MS: '500',
  },
})
const pool = new Pool({ connectionString: info.database.url, max: 2 })
pool.on('error', () => undefined)
t.teardown(() => pool.end())
await makeShiftable(info.database.url)

const ports = JSON.parse(await readFile(join(supervisor.folder, 'ports.json'), 'utf8')) as Record<
  string,
  number
>
const urlOf = (name: string): string => `http://127.0.0.1:${ports[name]!}`
const shift = (name: string, ms: number): Promise<void> =>
  writeFile(join(folder, String(supervisor.pids()[name]!)), String(ms))

const isReady = (name: string) => async () =>
  (await call(`${urlOf(name)}/readyz`, undefined)).status === 200
const isOff = (name: string) => async () => {
  const { status, body } = await call(`${urlOf(name)}/readyz`, undefined)
  return status === 503 && /clock|time of the database/.test(String(body['detail']))
}
const each = async (what: string, names: readonly string[], is: typeof isOff): Promise<void> => {
  for (const name of names) await until(`${name} ${what}`, is(name), waitMs)
}
const clockOff = { status: 503, body: { code: 'service/clock-off' } }

/** Posts a notice until it is taken; it ends in ten days. */
const take = async (handling: object = { release: { participants: ['KH'] } }): Promise<string> => {
  const expires = new Date(Date.now() + 10 * day).toISOString()
  const notice = wallet({ handling: { tlp: 'AMBER', expires, ...handling } })
  await until('it is taken', async () => (await post(info, 'TH', notice)).status === 202, waitMs)
  return notice.id
}
const accepted = async (id: string): Promise<void> => {
  const { body } = await answered(info, 'TH', id, waitMs)
  if (body['status'] !== 'accepted') throw new Error(JSON.stringify(body))
}
type Logged = { readonly id: string; readonly event: string; readonly time: number }
const logged = async (): Promise<Logged[]> =>
  (await pool.query('select id, event, time::float8 as time from entry order by index'))
    .rows as Logged[]
const lastTime = async (): Promise<number> => {
  const { rows } = await pool.query('select last_time::float8 as last from sequencer')
  return (rows[0] as { last: number }).last
}
/** The log as it has to be: every time in its order and past, and no notice ended. */
const isSound = async (t: Pick<Test, 'ok' | 'notOk'>): Promise<void> => {
  const entries = await logged()
  const now = nowMicros()
  t.ok(
    entries.every(({ time }) => time <= now + second * 1000),
    'nothing is dated ahead',
  )
  t.ok(
    entries.every(({ time }, i) => i === 0 || time > entries[i - 1]!.time),
    'in order',
  )
  t.ok((await lastTime()) <= now + second * 1000, 'the log goes on from now')
  t.notOk(
    entries.some(({ event }) => event === 'expired'),
    'nothing has ended',
  )
}
await t.test('all is well while the clocks are right', async (t) => {
  await each('is ready', ['hub', 'hub-2', 'feeds', 'console', 'gateway-TH'], isReady)
  await arrived(info, 'KH-ACD', await take(), 'all', waitMs)
  await isSound(t)
})

for (const [i, [name, ms]] of shifts.entries())
  await t.test(`a second hub ${name} logs nothing, and the other goes on`, async (t) => {
    const group = `LATE-${i}`
    const change = (members: string[]) =>
      changeRegistry(pool, { who: 'test', why: 'test' }, [setGroup(group, group, members)])
    await change(['TH'])
    await shift('hub-2', ms)
    await until('it is not ready', isOff('hub-2'), waitMs)
    t.ok(await isReady('hub')())
    const ids = [await take({ release: { groups: [group] } })]
    for (let n = 0; n < 9; n++) ids.push(await take({ release: { groups: [group] } }))
    for (const id of ids) await accepted(id)
    await isSound(t)
    await change(['TH', 'KH'])
    const later = await take({ release: { groups: [group] } })
    await arrived(info, 'KH-ACD', later, 'all', waitMs)
    const shown = (await readFeed(info, 'KH-ACD')).entries.map((e) => e.notice.id)
    t.notOk(
      ids.some((id) => shown.includes(id)),
      'who joined too late gains nothing',
    )
    const { body } = await call(
      `${info.feeds.url}/v1/notices/${ids[0]!}`,
      info.feeds.agencies['KH-ACD']!.token,
    )
    t.match(body, { code: 'notice/not-found' })
    await shift('hub-2', 0)
    await until('it is ready again', isReady('hub-2'), waitMs)
  })

await t.test('what comes while no hub is sure of the time is logged when one is', async (t) => {
  const hubs = ['hub', 'hub-2']
  for (const hub of hubs) await shift(hub, 30 * day)
  await each('is off', hubs, isOff)
  const id = await take()
  t.match((await statusOf(info, 'TH', id)).body, { id })
  const right = nowMicros()
  for (const hub of hubs) await shift(hub, 0)
  await accepted(id)
  t.ok((await logged()).find((entry) => entry.id === id)!.time >= right)
  await isSound(t)
  await each('is ready', hubs, isReady)
})

for (const [name, ms] of shifts) {
  await t.test(
    `a gateway ${name} signs nothing, says so, and goes on when it is right`,
    async (t) => {
      await shift('gateway-TH', ms)
      await until('it is not ready', isOff('gateway-TH'), waitMs)
      const notice = wallet()
      t.match(await post(info, 'TH', notice), clockOff)
      await shift('gateway-TH', 0)
      await accepted(await take())
      t.equal((await statusOf(info, 'TH', notice.id)).status, 404)
    },
  )

  await t.test(`feeds ${name} show nothing, and no more than before`, async (t) => {
    const before = (await readFeed(info, 'KH-ACD')).entries.map((e) => e.notice.id)
    await shift('feeds', ms)
    await until('it is not ready', isOff('feeds'), waitMs)
    const { url, agencies } = info.feeds
    const page = `${url}/v1/feeds/all`
    t.match(await call(page, agencies['KH-ACD']!.token), clockOff)
    t.match(await call(`${url}/oauth/token`, undefined, { method: 'POST' }), clockOff)
    await shift('feeds', 0)
    await until('it is ready', isReady('feeds'), waitMs)
    const after = (await readFeed(info, 'KH-ACD')).entries.map((e) => e.notice.id)
    t.strictSame(after.slice(0, before.length), before)
  })

  await t.test(`a database ${name} is noticed before it is believed`, async (t) => {
    const users = ['hub', 'hub-2', 'feeds', 'console']
    await shiftDatabase(info.database.url, ms / second)
    const id = await take()
    await each('is off', users, isOff)
    t.match(
      await call(`${info.feeds.url}/v1/feeds/all`, info.feeds.agencies['KH-ACD']!.token),
      clockOff,
    )
    await isSound(t)
    await shiftDatabase(info.database.url, 0)
    await accepted(id)
    await isSound(t)
    await each('is ready', users, isReady)
    await arrived(info, 'KH-ACD', id, 'all', waitMs)
  })
}
