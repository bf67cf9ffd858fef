import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Test } from 'tap'
import { createPool } from '#runtime/postgres/pool.ts'
import { migrate, requireMigrated } from '#runtime/postgres/migrate.ts'
import { until } from '#test/support/until.ts'
import { log, fresh, rejection, breakOthers, first } from './world.ts'

export const migrations = async (t: Test): Promise<void> => {
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
}
