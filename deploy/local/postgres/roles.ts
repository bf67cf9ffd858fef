import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import { databaseUrl, makeDatabases } from './databases.ts'

/** The role that owns a database, and who is a member of what; `deploy/postgres/roles.sql`. */
export type DatabaseRoles = {
  readonly owner: string
  readonly logins: readonly string[]
  readonly members: readonly (readonly [string, string])[]
}

/** The roles of the hub's database. Each service logs in as its own. */
export const hubRoles = {
  owner: 'hub_owner',
  logins: ['hub', 'feeds', 'console'],
  members: [
    ['switchboard_service', 'switchboard_reader'],
    ['switchboard_hub', 'switchboard_service'],
    ['hub_owner', 'switchboard_hub'],
    ['hub', 'switchboard_hub'],
    ['feeds', 'switchboard_service'],
    ['console', 'switchboard_service'],
  ],
} as const satisfies DatabaseRoles

/** The roles of a gateway's database. `suffix` tells those of several on one server apart. */
export const gatewayRoles = (suffix = ''): DatabaseRoles => ({
  owner: `gateway_owner${suffix}`,
  logins: [`gateway_service${suffix}`],
  members: [
    [`gateway_owner${suffix}`, 'switchboard_gateway'],
    [`gateway_service${suffix}`, 'switchboard_gateway'],
  ],
})

/** One database: the URLs of its owner, which migrates it, and of each login. */
export type OwnedDatabase = {
  readonly owner: string
  readonly logins: Readonly<Record<string, string>>
}

/** Whoever makes roles at the same server waits for the others. */
const lockKey = 0x5317_c4b1

/**
 * Makes a database, if it is missing, with its roles. A role's password follows from the server's,
 * so that it is the same at each start; a server that asks for none gets none.
 */
export const makeOwnedDatabase = async (
  maintenanceUrl: string,
  name: string,
  roles: DatabaseRoles,
): Promise<OwnedDatabase> => {
  const lock = new Client({ connectionString: maintenanceUrl })
  await lock.connect()
  try {
    await lock.query('select pg_advisory_lock($1)', [lockKey])
    await makeDatabases(maintenanceUrl, [name])
    await applyRoles(databaseUrl(maintenanceUrl, name), roles)
  } finally {
    await lock.end()
  }
  const urlOf = (role: string): string => roleUrl(databaseUrl(maintenanceUrl, name), role)
  return {
    owner: urlOf(roles.owner),
    logins: Object.fromEntries(roles.logins.map((login) => [login, urlOf(login)])),
  }
}

const applyRoles = async (
  url: string,
  { owner, logins, members }: DatabaseRoles,
): Promise<void> => {
  const sql = await readFile(new URL('../../postgres/roles.sql', import.meta.url), 'utf8')
  const passwords = Object.fromEntries(
    [owner, ...logins].map((role) => [role, passwordOf(url, role) ?? null]),
  )
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`select set_config('switchboard.roles', $1, false)`, [
      JSON.stringify({ owner, members, passwords }),
    ])
    await client.query(sql)
  } finally {
    await client.end()
  }
}

const passwordOf = (url: string, role: string): string | undefined => {
  const { password } = new URL(url)
  return password === ''
    ? undefined
    : createHmac('sha256', password).update(role).digest('base64url')
}

const roleUrl = (url: string, role: string): string =>
  Object.assign(new URL(url), { username: role, password: passwordOf(url, role) ?? '' }).href
