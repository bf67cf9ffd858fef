import type { Test } from 'tap'
import { world, wall, tokensOf, asReader } from './world.ts'

export const roles = async (t: Test): Promise<void> => {
  const walled = ['entry', 'entry_token', 'match']
  await t.test(
    'the role reads the log and nothing else, and neither writes nor leaves its row filter',
    async (t) => {
      const tokens = await tokensOf('TH-CCIB')
      const tables = (
        await world.pool.query<{ name: string }>(
          `select tablename as name from pg_tables where schemaname = 'public'`,
        )
      ).rows.map((r) => r.name)
      for (const name of tables.filter((n) => !walled.includes(n))) {
        await t.rejects(
          asReader(wall, tokens, (c) => c.query(`select * from ${name}`)),
          { code: '42501' },
          `read ${name}`,
        )
      }
      for (const sql of [
        "insert into entry_token values ('P:KH', 0, 'x')",
        "update entry set tokens = '{members}'",
        'delete from entry',
        "insert into match values ('', 'P:KH', 0)",
        'delete from match',
        'truncate entry_token',
        'alter table entry disable row level security',
        'drop policy entry_reader on entry',
      ]) {
        await t.rejects(
          asReader(wall, tokens, (c) => c.query(sql)),
          { code: '42501' },
          sql,
        )
      }
      await t.rejects(
        asReader(wall, tokens, (c) => c.query('set local row_security = off; select * from entry')),
        { code: '42501' },
        'row_security = off',
      )
      const { rows } = await world.pool.query<{ name: string }>(
        `select rolname as name from pg_roles where rolname like 'switchboard\\_%' and (rolsuper
        or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb)`,
      )
      t.strictSame(rows, [], 'no role is more than it must be')
      const owned = await world.pool.query(
        `select from pg_class where relname = any ($1) and (not relrowsecurity
        or not relforcerowsecurity or pg_get_userbyid(relowner) like 'switchboard\\_%')`,
        [walled],
      )
      t.equal(owned.rowCount, 0, 'enforced on the owner, too')
    },
  )
}
