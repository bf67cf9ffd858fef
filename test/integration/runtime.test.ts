import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Pool } from 'pg'
import t, { type Test } from 'tap'
import { listen } from '#runtime/postgres/listen.ts'
import { createPool, type PoolOptions } from '#runtime/postgres/pool.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { createLog } from '#runtime/process/log.ts'
import { migrate, requireMigrated } from '#runtime/postgres/migrate.ts'
import { isUnavailable } from '#runtime/process/unavailable.ts'
import { freshDatabase } from '#test/support/database.ts'
import { until } from '#test/support/until.ts'

const log = createLog({ service: 'test', level: 'silent' })

const fresh = async (
  t: Test,
  options: Partial<PoolOptions> = {},
): Promise<{ url: string; pool: Pool }> => {
  const url = await freshDatabase(t)
  const pool = createPool({ url, max: 4, applicationName: 'test', log, ...options })
  t.teardown(() => pool.end())
  return { url, pool }
}

const rejection = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )
const breakOthers = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`

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

const folderOf = async (
  t: Test,
  files: Record<string, string>,
): Promise<{
  url: URL
  put: (name: string, sql: string) => Promise<void>
  remove: (name: string) => Promise<void>
}> => {
  const path = await mkdtemp(join(tmpdir(), 'migrations-'))
  t.teardown(() => rm(path, { recursive: true }))
  const put = (name: string, sql: string) => writeFile(join(path, name), sql)
  for (const [name, sql] of Object.entries(files)) await put(name, sql)
  return { url: pathToFileURL(path), put, remove: (name) => rm(join(path, name)) }
}
const component = 'hub'
const first = {
  '001_a.sql': 'create table a (n integer); insert into a values (1);',
  '002_b.sql': 'insert into a values (2);',
}

await t.test(
  'migrations are applied once and in order, also by processes that start together',
  async (t) => {
    const { pool, url } = await fresh(t)
    const folder = await folderOf(t, first)
    const others = await folderOf(t, { '001_z.sql': 'create table z (n integer)' })
    const pools = Array.from({ length: 4 }, () =>
      createPool({ url, max: 2, applicationName: 'm', log }),
    )
    t.teardown(() => Promise.all(pools.map((one) => one.end())))
    const [other, ...applied] = await Promise.all(
      pools.map((one, i) =>
        i === 0
          ? migrate(one, others.url, { component: 'other' })
          : migrate(one, folder.url, { component }),
      ),
    )
    t.strictSame(applied.flat(), ['001_a.sql', '002_b.sql'])
    t.strictSame(other, ['001_z.sql'], 'another component in the same database')
    t.strictSame((await pool.query('select n from a order by n')).rows, [{ n: 1 }, { n: 2 }])
    await folder.put('003_c.sql', 'insert into a values (3)')
    t.strictSame(await migrate(pool, folder.url, { component }), ['003_c.sql'])
    t.strictSame(await migrate(pool, folder.url, { component }), [])
  },
)

await t.test(
  'a migration that fails or is cut off leaves no trace, and the next run goes on there ' +
    '(threat G8)',
  async (t) => {
    const { pool, url } = await fresh(t, { statementTimeoutMs: 300 })
    const folder = await folderOf(t, {
      ...first,
      '003_c.sql':
        'create table c (n integer); select pg_sleep(0.6); insert into nowhere values (1)',
    })
    t.match(
      await rejection(migrate(pool, folder.url, { component })),
      { message: /003_c.sql failed and left no trace/, cause: { code: '42P01' } },
      'and the statement limit of requests does not hold for it',
    )
    t.strictSame(
      (
        await pool.query(
          `select to_regclass('c') as c, (select count(*) from schema_migration) as applied`,
        )
      ).rows,
      [{ c: null, applied: 2 }],
    )
    await folder.put('003_c.sql', 'create table c (n integer); select pg_sleep(20)')
    const other = createPool({ url, max: 1, applicationName: 'breaker', log })
    t.teardown(() => other.end())
    const cut = rejection(migrate(pool, folder.url, { component }))
    await until(
      'it is under way',
      async () =>
        (
          await other.query(
            `select 1 from pg_stat_activity where query like '%pg_sleep(20)%'
              and pid <> pg_backend_pid()`,
          )
        ).rowCount === 1,
    )
    await other.query(breakOthers)
    t.match(await cut, /left no trace/)
    await folder.put('003_c.sql', 'create table c (n integer)')
    t.strictSame(await migrate(pool, folder.url, { component }), ['003_c.sql'])
  },
)

await t.test(
  'a database and files that contradict each other stop the program with what to do',
  async (t) => {
    const { pool } = await fresh(t)
    const folder = await folderOf(t, first)
    const command = 'switchboard admin migrate'
    t.match(
      await rejection(requireMigrated(pool, folder.url, { component, command })),
      /lacks 2 migrations of hub, from 001_a.sql on; run: switchboard admin migrate/,
    )
    await migrate(pool, folder.url, { component })
    await requireMigrated(pool, folder.url, { component, command })
    await folder.put('002_b.sql', 'insert into a values (22);')
    t.match(
      await rejection(migrate(pool, folder.url, { component })),
      /002_b.sql differs from the one applied/,
    )
    await folder.remove('002_b.sql')
    for (const check of [
      () => migrate(pool, folder.url, { component }),
      () => requireMigrated(pool, folder.url, { component, command }),
    ]) {
      t.match(await rejection(check()), /newer than this program: it has hub migration 002_b.sql/)
    }
    for (const name of ['003_c.sql', '2_b.sql', '002-b.sql', '002_B.sql']) {
      await folder.put(name, 'select 1')
      t.match(
        await rejection(migrate(pool, folder.url, { component })),
        /not numbered in sequence: expected 002_name.sql/,
        name,
      )
      await folder.remove(name)
    }
  },
)
