import { nowMicros } from '#runtime/process/clock.ts'
import type { Config } from '#runtime/process/config.ts'
import { measureCertificates } from '#runtime/keys/certificate-metrics.ts'
import { createPool } from '#runtime/postgres/database.ts'
import { listenerTls } from '#runtime/http/listener-tls.ts'
import { requireMigrated } from '#runtime/postgres/migrate.ts'
import type { Running, ServiceDeps } from '#runtime/process/service.ts'
import { answeredBatches, countFlow, flowPosition } from '#store/operators/flow.ts'
import { migrations } from '#store/migrations.ts'
import { countWaiting } from '#store/registry/proposals.ts'
import { watchRegistry } from '#store/registry/watch.ts'
import { buildApp } from './app.ts'
import { createAuthenticate } from './operators/auth.ts'
import type { consoleConfig } from './config.ts'
import { createFlow } from './flow.ts'
import { followSessionKeys } from './operators/session-keys.ts'

const flowIntervalMs = 1000

/**
 * Starts one console process; of the database it changes the registry only. Draining order: end the
 * streams, finish the requests, then close what they use.
 */
export const startConsole = async (
  config: Config<typeof consoleConfig>,
  { log, metrics }: Omit<ServiceDeps, 'env'>,
): Promise<Running> => {
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
    command: 'switchboard admin migrate',
  })
  const watch = await watchRegistry({
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
      for (const [state, count] of Object.entries(await countWaiting(pool)))
        gauge.set({ state }, count)
    },
  )
  const flow = createFlow(
    {
      position: () => flowPosition(pool),
      count: (from, to) => countFlow(pool, from, to),
      answered: (pairs) => answeredBatches(pool, pairs),
    },
    {
      now: nowMicros,
      intervalMs: flowIntervalMs,
      onError: (error) => log.warn({ err: error }, 'flow not counted'),
    },
  )
  const ready = async (): Promise<string[]> => {
    await pool.query('select')
    return watch.ageMs() > config.registryStaleMs ? ['the registry is stale'] : []
  }
  const app = await buildApp({
    tls,
    pool,
    registry: watch.current,
    reach: watch.reach,
    now: nowMicros,
    authenticate: createAuthenticate({
      keys: keys.current,
      registry: watch.current,
      now: nowMicros,
      maxLifeS: config.operatorTokenMaxS,
    }),
    headStartMs: config.victimHeadStartMs,
    flow,
    flowMaxReaders: config.flowMaxReaders,
    requestsPerMinute: config.requestsPerMinute,
    ready,
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
      await watch.close()
      await pool.end()
    },
  }
}
