import type { Pool } from 'pg'
import type { Clock } from '#runtime/process/clock.ts'
import type { Config } from '#runtime/process/config.ts'
import { measureCertificates } from '#runtime/keys/certificate-metrics.ts'
import { openClock } from '#runtime/postgres/clock.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { listenerTls } from '#runtime/http/listener-tls.ts'
import { requireMigrated } from '#runtime/postgres/migrate.ts'
import type { Running, ServiceDeps } from '#runtime/process/service.ts'
import { answeredBatches, countFlow, flowPosition } from '#store/operators/flow.ts'
import { migrateCommand, migrations } from '#store/migrations.ts'
import { countWaiting } from '#store/registry/proposals.ts'
import { watchRegistry } from '#store/registry/watch.ts'
import { buildApp } from './app.ts'
import type { consoleConfig } from './config.ts'
import { createFlow } from './flow.ts'
import { followSessionKeys } from './operators/session-keys.ts'

const flowIntervalMs = 1000

type ConsoleConfig = Config<typeof consoleConfig>
type Process = Omit<ServiceDeps, 'env'>

/**
 * Starts one console process. In the database it writes only the registry, proposals and nonces. It
 * drains in this order: end the streams, finish the requests, close flow, keys, registry and pool.
 */
export const startConsole = async (config: ConsoleConfig, process: Process): Promise<Running> => {
  const { tls, keys, pool, clock, registry } = await openParts(config, process)
  const { log, metrics } = process
  const flow = countFlowOf(pool, clock, log)
  const app = await buildApp({
    tls,
    callers: config,
    pool,
    registry: registry.current,
    reach: registry.reach,
    clock,
    now: clock.now,
    sessionKeys: keys.current,
    operatorTokenMaxS: config.operatorTokenMaxS,
    headStartMs: config.victimHeadStartMs,
    flow,
    flowMaxReaders: config.flowMaxReaders,
    requestsPerMinute: config.requestsPerMinute,
    ready: async () => {
      await pool.query('select')
      const isStale = registry.ageMs() > config.registryStaleMs
      return [...clock.problems(), ...(isStale ? ['the registry is stale'] : [])]
    },
    log,
    metrics,
  })
  const url = await app.listen({ host: config.host, port: config.port })
  return {
    url,
    close: async () => {
      app.endStreams()
      await app.close()
      await flow.close()
      await keys.close()
      await registry.close()
      await clock.close()
      await pool.end()
    },
  }
}

/** Opens the parts of the process: session keys, database, registry. */
const openParts = async (config: ConsoleConfig, { log, metrics }: Process) => {
  const tls = listenerTls(config)
  measureCertificates(metrics, { listener: config.tlsCertFile })
  const keys = await followSessionKeys(config.sessionKeyFile, log)
  const pool = createPool({
    url: config.databaseUrl,
    max: config.databaseConnections,
    applicationName: 'console',
    log,
  })
  await requireMigrated(pool, migrations, {
    component: 'hub',
    command: migrateCommand,
  })
  const clock = await openClock({ ...config, pool, log, metrics })
  const registry = await watchRegistry({
    pool,
    url: config.databaseUrl,
    pollMs: config.registryPollMs,
    staleMs: config.registryStaleMs,
    onError: (error) => log.error({ err: error }, 'registry not read'),
  })
  metrics.gauge(
    'switchboard_registry_proposals',
    'Proposals that wait for a second person; unconfirmed and overdue ones are in force',
    ['state'],
    async (gauge) => {
      for (const [state, count] of Object.entries(await countWaiting(pool, clock.unsure())))
        gauge.set({ state }, count)
    },
  )
  return { tls, keys, pool, clock, registry }
}

const countFlowOf = (
  pool: Pool,
  clock: Clock,
  log: Process['log'],
): ReturnType<typeof createFlow> =>
  createFlow(
    {
      position: () => flowPosition(pool),
      count: (from, to) => countFlow(pool, from, to),
      answered: (pairs) => answeredBatches(pool, pairs),
    },
    {
      now: clock.now,
      intervalMs: flowIntervalMs,
      onError: (error) => log.warn({ err: error }, 'the flow was not counted'),
    },
  )
