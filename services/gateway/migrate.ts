import { migrate } from '#runtime/postgres/migrate.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { ConfigError, readConfig } from '#runtime/process/config.ts'
import { createLog } from '#runtime/process/log.ts'
import { gatewayConfig } from './config.ts'
import { gatewayMigrations } from './parts.ts'

/**
 * Brings the tables of this gateway's database up to this program, and ends. Run again, it does
 * nothing. DATABASE_URL is that of the role that owns the tables; the gateway itself logs in as
 * another, which may not change them.
 */
const log = createLog({ service: 'gateway-migrate' })

const run = async (): Promise<void> => {
  const { databaseUrl } = readConfig(process.env, { databaseUrl: gatewayConfig.databaseUrl })
  const pool = createPool({
    url: databaseUrl,
    max: 1,
    statementTimeoutMs: 30_000,
    applicationName: 'gateway-migrate',
    log,
  })
  try {
    const applied = await migrate(pool, gatewayMigrations, { component: 'gateway' })
    log.info({ applied }, applied.length === 0 ? 'the tables are up to date' : 'tables migrated')
  } finally {
    await pool.end()
  }
}

await run().catch((error: unknown) => {
  if (error instanceof ConfigError) process.stderr.write(`gateway-migrate: ${error.message}\n`)
  else log.fatal({ err: error }, 'the tables were not migrated')
  process.exitCode = 1
})
