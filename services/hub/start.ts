import type { Pool } from 'pg'
import { schemaVersions } from '#core/schema/versions.ts'
import { loadNeverList } from '#runtime/files/never-list-file.ts'
import { createHttp, type Http } from '#runtime/http/http.ts'
import { listenerTls } from '#runtime/http/listener-tls.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'
import { measureCertificates } from '#runtime/keys/certificate-metrics.ts'
import { loadSigner } from '#runtime/keys/signer.ts'
import { openClock } from '#runtime/postgres/clock.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { requireMigrated } from '#runtime/postgres/migrate.ts'
import type { Clock } from '#runtime/process/clock.ts'
import type { Config } from '#runtime/process/config.ts'
import type { Running, ServiceDeps } from '#runtime/process/service.ts'
import { loadMatchKey, requireMatchKey } from '#store/log/match.ts'
import { migrateCommand, migrations } from '#store/migrations.ts'
import { listOwnChanges } from '#store/registry/changes.ts'
import { watchRegistry, type RegistryWatch } from '#store/registry/watch.ts'
import type { hubConfig } from './config.ts'
import { appendRulesOf } from './intake/append-rules.ts'
import { createRefusalLog } from './intake/refusal-log.ts'
import { startIntake, type IntakeDeps } from './intake/intake.ts'
import { logReads } from './intake/log-reads.ts'
import { recheckAtStart } from './intake/recheck.ts'
import type { Subscription } from './intake/subscription.ts'
import {
  createIntakeMetrics,
  measureLogAhead,
  measureQuarantine,
  type IntakeMetrics,
} from './metrics.ts'
import { createReceiptSender } from './replies/receipts.ts'
import type { SendReplyDeps } from './replies/send-reply.ts'
import { createRegistrySender } from './replies/registry-sender.ts'
import { startUpkeep } from './upkeep/start-upkeep.ts'

type HubConfig = Config<typeof hubConfig>
type Process = Omit<ServiceDeps, 'env'>

/**
 * Starts one hub process. Several processes share the work: one Kafka group, one sequencer row.
 * Resolves when the process takes in records. Draining order: stop fetching, finish the batch under
 * way with its receipts, then close producer, pool and listener.
 */
export const startHub = async (config: HubConfig, process: Process): Promise<Running> => {
  const { log, crash } = process
  const { tls, neverList, signer, matchKey, pool, clock, messages } = await openParts(
    config,
    process,
  )
  const metrics = createIntakeMetrics(process.metrics)
  measureLogAhead(process.metrics, pool)
  const senders = { pool, clock, messages, signer, metrics, now: clock.now }
  const registry = await followRegistry(config, process, senders)
  const receipts = createReceiptSender({ ...senders, log })
  const refused = createRefusalLog(log)
  const intake: IntakeDeps = {
    pool,
    matchKey,
    clock,
    registry: registry.current,
    rules: {
      neverList,
      schemas: schemaVersions,
      ...logReads(pool),
    },
    append: appendRulesOf(config),
    receipts,
    refused,
    metrics,
    log,
  }
  measureQuarantine(process.metrics, pool)
  const bounds = { items: config.batchMaxRecords, perSource: config.batchMaxPerTopic }
  const subscription = startIntake({ ...config, messages, bounds, onCrash: crash }, intake)
  const closing = new AbortController()
  const rechecked = recheckAtStart(intake, closing.signal)
  const upkeep = startUpkeep(config, {
    ...senders,
    matchKey,
    registry: registry.current,
    log: process.log,
  })
  const app = await createApp(config, process, tls, () =>
    notReady(config, clock, registry, subscription),
  )
  const url = await app.listen({ host: config.host, port: config.port })
  return {
    url,
    close: async () => {
      closing.abort()
      await subscription.close()
      await rechecked
      refused.close()
      await receipts.idle()
      await upkeep.close()
      await registry.close()
      await app.close()
      await messages.close()
      await clock.close()
      await pool.end()
    },
  }
}

/** The parts: database, keys, never-list, Kafka. */
const openParts = async (config: HubConfig, { log, metrics }: Process) => {
  const security = kafkaSecurity(config)
  const tls = listenerTls(config)
  measureCertificates(metrics, {
    listener: config.tlsCertFile,
    kafka: config.kafkaTlsCertFile,
    'kafka-ca': config.kafkaTlsCaFile,
  })
  const neverList = await loadNeverList(config.neverListFile)
  const signer = await loadSigner(config.replyKeyFile)
  const matchKey = await loadMatchKey(config.matchKeyFile)
  const pool = createPool({
    url: config.databaseUrl,
    max: 8,
    statementTimeoutMs: 30_000,
    applicationName: 'hub',
    log,
  })
  await requireMigrated(pool, migrations, {
    component: 'hub',
    command: migrateCommand,
  })
  await requireMatchKey(pool, matchKey)
  const clock = await openClock({ ...config, pool, log, metrics })
  const messages = createKafkaMessageLog({
    brokers: config.kafkaBrokers,
    security,
    clientId: 'hub',
    log,
  })
  return { tls, neverList, signer, matchKey, pool, clock, messages }
}

type Senders = SendReplyDeps & {
  readonly pool: Pool
  readonly clock: Clock
  readonly metrics: IntakeMetrics
}

/** Follows the registry, and sends each gateway what it may know of every version. */
const followRegistry = async (
  config: HubConfig,
  { log }: Process,
  { pool, messages, signer, metrics, now }: Senders,
): Promise<Pick<RegistryWatch, 'current' | 'ageMs' | 'close'>> => {
  let sendAgain = (): void => {}
  const registry = await watchRegistry({
    pool,
    url: config.databaseUrl,
    pollMs: config.registryPollMs,
    staleMs: config.registryStaleMs,
    onError: (error) => log.error({ err: error }, 'registry not read'),
    onChange: ({ version }) => {
      metrics.registryVersion.set(version)
      log.info({ version }, 'registry changed')
      sendAgain()
    },
  })
  metrics.registryVersion.set(registry.current().version)
  const sender = createRegistrySender({
    messages,
    registry: registry.current,
    changesOf: (participant) => listOwnChanges(pool, participant),
    signer,
    now,
    everyMs: config.registrySendMs,
    log,
  })
  sendAgain = sender.send
  return {
    current: registry.current,
    ageMs: registry.ageMs,
    close: async () => {
      await sender.close()
      await registry.close()
    },
  }
}

const notReady = async (
  config: HubConfig,
  clock: Clock,
  registry: Pick<RegistryWatch, 'ageMs'>,
  subscription: Subscription,
): Promise<string[]> => [
  ...clock.problems(),
  ...(registry.ageMs() > config.registryStaleMs ? ['the registry is stale'] : []),
  ...(subscription.topics().length === 0 ? ['no topic is consumed yet'] : []),
  ...subscription.missing().map((t) => `topic ${t} is missing: switchboard admin kafka apply`),
]

const createApp = (
  config: HubConfig,
  { log, metrics }: Process,
  tls: ReturnType<typeof listenerTls>,
  ready: () => Promise<string[]>,
): Promise<Http> =>
  createHttp({
    service: 'hub',
    tls,
    callers: config,
    log,
    metrics,
    ready,
    api: {
      title: 'Switchboard hub',
      version: '1',
      description: 'Health and metrics of the hub. It has no interface for participants but Kafka.',
    },
  })
