import { migrate } from '#runtime/postgres/migrate.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { migrations } from '#store/migrations.ts'
import { gatewayMigrations } from '../../services/gateway/parts.ts'
import { demoGateways } from './demo/registry.ts'
import { gatewayRoles, hubRoles, makeOwnedDatabase, type OwnedDatabase } from './postgres/roles.ts'

/** The hub's database, and those of the gateways in the order of `demoGateways`. */
export type Databases = {
  readonly hub: OwnedDatabase
  readonly gateways: readonly OwnedDatabase[]
}

/** Makes the databases that are missing, `<prefix>_hub` and `<prefix>_gateway_<p>`, with roles. */
export const openDatabases = async (maintenanceUrl: string, prefix: string): Promise<Databases> => {
  const hub = await makeOwnedDatabase(maintenanceUrl, `${prefix}_hub`, hubRoles)
  const gateways: OwnedDatabase[] = []
  for (const p of demoGateways.map((id) => id.toLowerCase()))
    gateways.push(
      await makeOwnedDatabase(maintenanceUrl, `${prefix}_gateway_${p}`, gatewayRoles(`_${p}`)),
    )
  return { hub, gateways }
}

const folders = { hub: migrations, gateway: gatewayMigrations } as const

/** Migrates a database as its owner, as the one-off services of docker-compose.yml do. */
export const migrateDatabase = async (
  { owner }: OwnedDatabase,
  component: keyof typeof folders,
): Promise<void> => {
  const pool = createPool({
    url: owner,
    max: 1,
    statementTimeoutMs: 30_000,
    applicationName: 'migrate',
    log: createLog({ service: 'migrate', level: 'warn' }),
  })
  try {
    await migrate(pool, folders[component], { component })
  } finally {
    await pool.end()
  }
}
