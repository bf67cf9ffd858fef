import type { Config } from '#runtime/process/config.ts'
import { createPool } from '#runtime/postgres/database.ts'
import { createHttp } from '#runtime/http/http.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { measureCertificates } from '#runtime/keys/certificate-metrics.ts'
import { listenerTls } from '#runtime/http/listener-tls.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { loadNeverList } from '#runtime/files/never-list-file.ts'
import type { Running, ServiceDeps } from '#runtime/process/service.ts'
import { loadSigner } from '#runtime/keys/signer.ts'
import { schemaVersions } from '#core/schema/versions.ts'
import { migrations } from '#store/migrations.ts'
import { readHeldBytes } from '#store/log/quarantine.ts'
import { listOwnChanges } from '#store/registry/changes.ts'
import { watchRegistry } from '#store/registry/watch.ts'
import type { CheckRules } from './intake/check.ts'
import type { hubConfig } from './config.ts'
import { reportDeliveries } from './replies/delivery-summary.ts'
import { watchExpiry } from './upkeep/expiry.ts'
import { check, takeIn } from './intake/intake.ts'
import { createIntakeMetrics } from './metrics.ts'
import { createMicroBatcher } from './intake/micro-batch.ts'
import { createReceiptSender } from './replies/receipts.ts'
import { recheckHeld } from './intake/recheck.ts'
import { createRegistrySender } from './replies/registry-sender.ts'
import { watchRetention } from './upkeep/retention.ts'
import { subscribeIntake } from './intake/subscription.ts'
import type { InRecord } from '#runtime/kafka/message-log.ts'
import type { Intake } from '#store/log/append.ts'

/**
 * Starts one hub process. Several share the work: one Kafka group, one sequencer row. Resolves when
 * it takes in records. Draining order: stop fetching, finish the batch under way with its receipts,
 * then close producer, pool and listener.
 */
export const startHub = async (
  config: Config<typeof hubConfig>,
  { log, metrics, crash }: Omit<ServiceDeps, 'env'>,
): Promise<Running> => {
  const security = kafkaSecurity(config)
  const tls = listenerTls(config)
  measureCertificates(metrics, {
    listener: config.tlsCertFile,
    kafka: config.kafkaTlsCertFile,
    'kafka-ca': config.kafkaTlsCaFile,
  })
  const neverList = await loadNeverList(config.neverListFile)
  const signer = await loadSigner(config.replyKeyFile)
  const pool = createPool({
    url: config.databaseUrl,
    max: 8,
    statementTimeoutMs: 30_000,
    applicationName: 'hub',
    log,
  })
  await migrate(pool, migrations, { component: 'hub' })
  const messages = createKafkaMessageLog({
    brokers: config.kafkaBrokers,
    security,
    clientId: 'hub',
    log,
  })
  const counters = createIntakeMetrics(metrics)

  let sender: { send: () => void } | undefined
  const registry = await watchRegistry({
    pool,
    url: config.databaseUrl,
    pollMs: config.registryPollMs,
    staleMs: config.registryStaleMs,
    onError: (error) => log.error({ err: error }, 'registry not read'),
    onChange: ({ version }) => {
      counters.registryVersion.set(version)
      log.info({ version }, 'registry changed')
      sender?.send()
    },
  })
  counters.registryVersion.set(registry.current().version)
  const registrySender = createRegistrySender({
    messages,
    registry: registry.current,
    changesOf: (participant) => listOwnChanges(pool, participant),
    signer,
    everyMs: config.registrySendMs,
    log,
  })
  sender = registrySender

  const rules: CheckRules = {
    neverList,
    schemas: schemaVersions,
    heldBytes: (participant, digest) => readHeldBytes(pool, participant, digest),
  }
  const receipts = createReceiptSender({ messages, signer, pool, log })
  const intake = { pool, registry: registry.current, rules, receipts, metrics: counters, log }
  const batcher = createMicroBatcher<InRecord, Intake>(
    { items: config.batchMaxRecords, perSource: config.batchMaxPerTopic },
    {
      check: (records) => check(records, intake),
      work: async (checked) => {
        const stop = counters.batchSeconds.startTimer()
        await takeIn(checked, intake)
        stop()
      },
    },
  )
  const subscription = subscribeIntake({
    messages,
    registry: registry.current,
    pollMs: config.topicPollMs,
    fetchMaxBytes: config.fetchMaxBytes,
    log,
    onRecords: (records) => batcher.add(records[0]?.topic ?? '', records),
    onCrash: crash,
    onTopics: (count) => counters.topics.set(count),
  })

  const closing = new AbortController()
  const rechecked = recheckHeld(intake, closing.signal).then(
    (settled) =>
      settled > 0 && log.info({ settled }, 'what was held for its schema version is answered'),
    (error: unknown) =>
      log.warn(
        { err: error },
        'what is held for its schema version was not checked again; gateways send it again',
      ),
  )
  const expiry = watchExpiry({
    pool,
    everyMs: config.expiryPollMs,
    onExpired: (count) => counters.expired.inc(count),
    log,
  })
  const retention = watchRetention({
    ...config,
    pool,
    everyMs: config.retentionPollMs,
    onDestroyed: (count) => counters.destroyed.inc(count),
    log,
  })
  const deliveries = reportDeliveries({
    pool,
    messages,
    signer,
    everyMs: config.deliveryReportMs,
    log,
  })

  const ready = async (): Promise<string[]> => [
    ...(registry.ageMs() > config.registryStaleMs ? ['the registry is stale'] : []),
    ...(subscription.topics().length === 0 ? ['no topic is consumed yet'] : []),
    ...subscription.missing().map((t) => `topic ${t} is missing: switchboard admin kafka apply`),
  ]
  const app = await createHttp({
    service: 'hub',
    tls,
    log,
    metrics,
    ready,
    api: {
      title: 'Switchboard hub',
      version: '1',
      description: 'Health and metrics of the hub. It has no interface for participants but Kafka.',
    },
  })
  const url = await app.listen({ host: config.host, port: config.port })
  return {
    url,
    close: async () => {
      closing.abort()
      await subscription.close()
      await rechecked
      await batcher.idle()
      await receipts.idle()
      await expiry.close()
      await retention.close()
      await deliveries.close()
      await registrySender.close()
      await registry.close()
      await app.close()
      await messages.close()
      await pool.end()
    },
  }
}
