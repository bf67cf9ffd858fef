import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Test } from 'tap'
import { migrate } from '#runtime/postgres/migrate.ts'
import { fillMatches } from '#store/log/match.ts'
import { readRows } from '#store/log/rows.ts'
import { migrations } from '#store/migrations.ts'
import { freshDatabase } from '#test/support/database.ts'
import { matchKey } from '#test/support/match-key.ts'
import { poolOf, rowsOf } from './world.ts'

/** The migrations before the one that makes the table, in a folder of their own. */
const migrationsBefore = async (t: Test): Promise<URL> => {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const names = (await readdir(migrations)).toSorted()
  for (const name of names.slice(0, names.indexOf(names.find((n) => n.endsWith('_match.sql'))!)))
    await cp(fileURLToPath(new URL(name, migrations)), join(folder, name))
  return pathToFileURL(folder)
}

export const upgraded = async (t: Test): Promise<void> => {
  await t.test('what was logged before the migration is there after it, and found', async (t) => {
    const pool = poolOf(await freshDatabase(t))
    await migrate(pool, await migrationsBefore(t), { component: 'hub' })
    const written = '{ "key" : "+66812345678", "country":"TH" }'
    await pool.query(
      `insert into entry (index, time, event, issuer, id, version, status, kind, subject_key,
        digest, statement, disclosures, canonical, warnings, tokens, registry_version, salt, leaf,
        batch, published_at, received_at, expires)
      select i, i, 'notice', 'TH', gen_random_uuid(), 1, 'active', 'phone-number', '+66812345678',
        int8send(i), repeat('s', 3000), repeat('d', 3000), $1, '[]', '{P:TH,P:KH}', 0, int8send(i),
        int8send(i), 0, 0, 0, 7
      from generate_series(0, 4) as i`,
      [written],
    )
    await pool.query('update sequencer set next_index = 5, last_time = 5')
    await migrate(pool, migrations, { component: 'hub' })
    const rows = await readRows(pool, -1, 100)
    t.strictSame(
      rows.map((r) => [r.index, r.canonical, r.warnings, r.statement.length, r.tokens]),
      [0, 1, 2, 3, 4].map((index) => [index, written, '[]', 3000, 'P:TH P:KH']),
    )
    t.strictSame((await pool.query('select * from match_fill')).rows, [
      { one: true, next_index: 0, end_index: 5, key_check: null },
    ])
    t.equal((await pool.query('select from expiry_due')).rowCount, 5, 'with their expiries')
    t.equal(await fillMatches(pool, matchKey, 100), true)
    t.equal((await rowsOf(pool)).length, 10)
    await t.rejects(
      pool.query(`insert into entry (index, subject_key) values (5, 'x')`),
      { code: '42703' },
      'a program of before does not append',
    )
  })
}
