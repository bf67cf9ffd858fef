import t, { type Test } from 'tap'
import type { Pool } from 'pg'
import { migrateDatabase } from '#deploy/local/databases.ts'
import {
  gatewayRoles,
  hubRoles,
  makeOwnedDatabase,
  type DatabaseRoles,
  type OwnedDatabase,
} from '#deploy/local/postgres/roles.ts'
import { databaseUrl } from '#deploy/local/postgres/databases.ts'
import { requireMigrated } from '#runtime/postgres/migrate.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { migrateCommand, migrations } from '#store/migrations.ts'
import { gatewayMigrations } from '../../services/gateway/parts.ts'
import { forbidden, onlyOfTheHub } from '#test/support/forbidden.ts'
import { uniqueName } from '#test/support/names.ts'
import { stack } from '#test/support/stack.ts'

t.setTimeout(180_000)
const { databaseUrl: maintenanceUrl } = await stack()
const poolOf = (url: string): Pool => {
  const pool = createPool({
    url,
    max: 1,
    applicationName: 'roles',
    log: createLog({ service: 'test', level: 'silent' }),
  })
  t.teardown(() => pool.end())
  return pool
}
const maintenance = poolOf(maintenanceUrl)

const nameOf = (): string => {
  const name = uniqueName('roles')
  t.teardown(() => maintenance.query(`drop database if exists "${name}" with (force)`))
  return name
}

const denied = { code: '42501' }

/** Each login at the database does none of what only the owner, or nobody, may do. */
const holds = async (
  t: Test,
  { logins }: OwnedDatabase,
  { owner }: DatabaseRoles,
  kind: 'hub' | 'gateway',
): Promise<void> => {
  for (const [login, url] of Object.entries(logins)) {
    const pool = poolOf(url)
    t.match((await pool.query('select current_user as name')).rows, [{ name: login }])
    for (const sql of forbidden(kind, owner, login)) await t.rejects(pool.query(sql), denied, sql)
    if (login === 'feeds' || login === 'console')
      for (const sql of onlyOfTheHub) await t.rejects(pool.query(sql), denied, `${login}: ${sql}`)
    const owned = await pool.query('select from pg_class where relowner = current_user::regrole')
    t.equal(owned.rowCount, 0, `${login} owns nothing`)
  }
}

await t.test(
  'a service at the hub’s database changes no table, no trigger and nothing that is append-only',
  async (t) => {
    const made = await makeOwnedDatabase(maintenanceUrl, nameOf(), hubRoles)
    const hub = poolOf(made.logins['hub']!)
    const required = { component: 'hub', command: migrateCommand }
    await t.rejects(
      requireMigrated(hub, migrations, required),
      /lacks \d+ migrations of hub, from 001.*run: switchboard admin migrate/,
      'without tables it says which command makes them',
    )
    await migrateDatabase(made, 'hub')
    await requireMigrated(hub, migrations, required)
    await holds(t, made, hubRoles, 'hub')
  },
)

await t.test('a gateway at its own database changes no table', async (t) => {
  const roles = gatewayRoles('_test')
  const made = await makeOwnedDatabase(maintenanceUrl, nameOf(), roles)
  const gateway = poolOf(made.logins['gateway_service_test']!)
  const required = { component: 'gateway', command: 'node services/gateway/migrate.ts' }
  await t.rejects(
    requireMigrated(gateway, gatewayMigrations, required),
    /lacks \d+ migrations of gateway, from 001/,
  )
  await migrateDatabase(made, 'gateway')
  await requireMigrated(gateway, gatewayMigrations, required)
  await holds(t, made, roles, 'gateway')
})

await t.test('a gateway does not reach the database of another country', async (t) => {
  const one = await makeOwnedDatabase(maintenanceUrl, nameOf(), gatewayRoles('_test'))
  const other = await makeOwnedDatabase(maintenanceUrl, nameOf(), gatewayRoles('_test2'))
  const at = new URL(other.owner).pathname.slice(1)
  await t.rejects(
    poolOf(databaseUrl(one.logins['gateway_service_test']!, at)).query('select'),
    denied,
  )
})

await t.test(
  'a database of before, which one role owned and ran, is given to its owner with all in it',
  async (t) => {
    const name = nameOf()
    const before = uniqueName('single')
    await maintenance.query(`create role ${before} login createrole password 'before'`)
    await maintenance.query(
      `grant switchboard_reader, switchboard_service, switchboard_hub to ${before}`,
    )
    await maintenance.query(`create database "${name}" owner ${before}`)
    t.teardown(async () => {
      await maintenance.query(`drop database if exists "${name}" with (force)`)
      await maintenance.query(`drop role ${before}`)
    })
    const url = Object.assign(new URL(databaseUrl(maintenanceUrl, name)), {
      username: before,
      password: 'before',
    }).href
    await migrateDatabase({ owner: url, logins: {} }, 'hub')
    const single = poolOf(url)
    await single.query('alter table entry disable trigger entry_append_only')
    await single.query('alter table entry enable trigger entry_append_only')
    // The role of before goes on as the hub's login.
    const roles: DatabaseRoles = {
      ...hubRoles,
      logins: [before, 'feeds', 'console'],
      members: [...hubRoles.members, [before, 'switchboard_hub']],
    }
    const made = await makeOwnedDatabase(maintenanceUrl, name, roles)
    await holds(t, { ...made, logins: { [before]: made.logins[before]! } }, roles, 'hub')
    await migrateDatabase(made, 'hub')
    t.equal((await poolOf(made.owner).query('select from entry')).rowCount, 0)
    const { rows } = await maintenance.query<{ createrole: boolean }>(
      `select rolcreaterole as createrole from pg_roles where rolname = $1`,
      [before],
    )
    t.strictSame(rows, [{ createrole: false }], 'and makes no roles any more')
  },
)
