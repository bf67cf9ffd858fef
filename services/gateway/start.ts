import type { Pool } from 'pg'
import { gatewayPrincipal } from '#core/kafka/access.ts'
import { repliesTopic, submittedTopic } from '#core/kafka/topics.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import type { Config } from '#runtime/process/config.ts'
import { createPool } from '#runtime/postgres/database.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { measureCertificates } from '#runtime/keys/certificate-metrics.ts'
import { listenerTls } from '#runtime/http/listener-tls.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'
import type { Metrics } from '#runtime/process/metrics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { loadNeverList } from '#runtime/files/never-list-file.ts'
import type { Running, ServiceDeps } from '#runtime/process/service.ts'
import { loadTranslations } from '#runtime/files/translations.ts'
import type { AcceptDeps } from './accept.ts'
import { buildApp } from './app.ts'
import type { gatewayConfig } from './config.ts'
import { findDeliveries, storeDeliveries } from './exchange/delivery-store.ts'
import type { ConfirmDeps } from './confirming/confirm.ts'
import { findConfirmation, storeConfirmation } from './confirming/confirmation-store.ts'
import { watchDue } from './upkeep/due.ts'
import { createGroupCommit } from '#runtime/postgres/group-commit.ts'
import { followHubKeys } from './keys/hub-keys.ts'
import { holdLeadership } from './exchange/leadership.ts'
import {
  countOpen,
  findOpen,
  findVersions,
  insertSubmissions,
  listSubmissions,
  type OpenRow,
  type OutboxRow,
  type Submission,
} from './outbox.ts'
import { followOwnKey } from './keys/own-key.ts'
import { storeReceipts } from './exchange/receipt-store.ts'
import { openRegistryState } from './exchange/registry-state.ts'
import { keepConsuming } from './exchange/keep-consuming.ts'
import { watchRetention } from './upkeep/retention.ts'
import { startRelay, type Relay } from './exchange/relay.ts'
import { takeReplies } from './exchange/replies.ts'

export const migrations = new URL('migrations/', import.meta.url)

/**
 * Starts one gateway process. Taking notices needs PostgreSQL only; Kafka may come later. Draining
 * order: stop listening, finish the requests under way, stop the relay and the replies, then close
 * producer and pool.
 */
export const startGateway = async (
  config: Config<typeof gatewayConfig>,
  { log, metrics, crash }: Omit<ServiceDeps, 'env'>,
): Promise<Running> => {
  const { participant } = config
  const security = kafkaSecurity(config)
  const tls = listenerTls(config)
  const translations = loadTranslations(config.translationsFolder)
  measureCertificates(metrics, {
    listener: config.tlsCertFile,
    kafka: config.kafkaTlsCertFile,
    'kafka-ca': config.kafkaTlsCaFile,
  })
  const neverList = await loadNeverList(config.neverListFile)
  const hubKeys = await followHubKeys(config.hubKeysFile, log)
  const pool = createPool({
    url: config.databaseUrl,
    max: config.databaseConnections,
    statementTimeoutMs: 10_000,
    applicationName: `gateway-${participant}`,
    log,
  })
  await migrate(pool, migrations, { component: 'gateway' })
  const registry = await openRegistryState(pool, participant, ({ version, at, who, kind, id }) =>
    log.info(
      { version, at, who, kind, id },
      'the hub has changed what is ours; see GET /v1/registry',
    ),
  )
  const ownKey = await followOwnKey({
    file: config.noticeKeyFile,
    ncbKeysFile: config.ncbKeysFile,
    participant,
    enrolled: () => registry.message()?.ownKeys,
    now: nowMicros,
    metrics,
    log,
  })
  const { signer } = ownKey
  const messages = createKafkaMessageLog({
    brokers: config.kafkaBrokers,
    security,
    clientId: `gateway-${participant}`,
    log,
  })
  measureOutbox(metrics, pool)
  const refused = metrics.counter(
    'switchboard_replies_refused_total',
    'Replies that were not signed by the hub for this gateway',
    ['code'],
  )

  let relay: Relay | undefined
  const lead = holdLeadership(
    pool,
    () => {
      const started = startRelay({
        ...config,
        topic: submittedTopic(participant),
        messages,
        findOpen: (after, limit) => findOpen(pool, after, limit),
        log,
      })
      relay = started
      return { close: () => started.close().finally(() => (relay = undefined)) }
    },
    log,
  )
  const commit = createGroupCommit<Submission, number | undefined>(
    async (submissions) => {
      const seqs = await insertSubmissions(pool, submissions)
      // If the process dies here the rows are durable and unpublished: the next relay finds them by
      // their state.
      failpoint('gateway.committed')
      relay?.offer(
        submissions.flatMap((s, i): OpenRow[] =>
          seqs[i] === undefined ? [] : [{ ...s, seq: seqs[i] }],
        ),
      )
      return seqs
    },
    { maxItems: config.commitMaxNotices, maxWaiting: config.waitingMaxNotices, lanes: 2 },
  )
  // Concurrent requests, and the rows of an import, are looked up together, as they are stored
  // together.
  const lookUp = createGroupCommit<string, OutboxRow[]>((ids) => findVersions(pool, ids), {
    maxItems: config.commitMaxNotices,
    maxWaiting: 100_000,
    lanes: 2,
  })
  const accept: AcceptDeps = {
    participant,
    signer,
    view: registry.view,
    neverList,
    reviewAfter: config.reviewAfterDays * dayMicros,
    findVersions: lookUp,
    store: commit,
  }
  const confirm: ConfirmDeps = {
    ...accept,
    storeConfirmation: (given) => storeConfirmation(pool, given),
    offer: (row) => relay?.offer([row]),
  }

  const due = { now: nowMicros, ahead: config.dueAheadDays * dayMicros }
  const watchedDue = watchDue({ ...due, pool, everyMs: config.dueReportMs, metrics, log })

  const kept = {
    normal: config.retentionDays * dayMicros,
    victim: config.victimRetentionDays * dayMicros,
  }
  const retention = watchRetention({
    pool,
    now: nowMicros,
    kept,
    everyMs: config.retentionPollMs,
    log,
  })
  const replies = keepConsuming(messages, log, {
    groupId: gatewayPrincipal(participant),
    topics: [repliesTopic(participant)],
    onCrash: crash,
    sessionTimeoutMs: 6000,
    onRecords: (records) =>
      takeReplies(records, {
        participant,
        hubKeys: hubKeys.current,
        storeReceipts: (message, receipts) => storeReceipts(pool, message, receipts),
        takeRegistry: registry.take,
        storeDeliveries: (message) => storeDeliveries(pool, message),
        answered: (digests) => relay?.answered(digests),
        onRefused: (code) => refused.inc({ code }),
        log,
      }),
  })
  const ready = async (): Promise<string[]> => {
    await pool.query('select')
    return registry.view() === undefined
      ? ["the hub's registry has not come yet"]
      : ownKey.problems()
  }
  const app = await buildApp({
    tls,
    translations,
    participant,
    accept,
    acceptRow: accept,
    confirm,
    due,
    confirmation: (seq) => findConfirmation(pool, seq),
    list: (listing) => listSubmissions(pool, listing),
    deliveries: (ids) => findDeliveries(pool, ids),
    registry,
    ready,
    log,
    metrics,
    requestsPerMinute: config.requestsPerMinute,
    tokens: {
      issuer: config.nationalIssuer,
      jwks: config.nationalJwks,
      maxLifeS: config.nationalTokenMaxS,
      remote: {
        maxAgeMs: config.nationalJwksMaxAgeS * 1000,
        outageMs: config.nationalJwksOutageS * 1000,
        onError: (error) => log.warn({ err: error }, "the national issuer's keys were not fetched"),
      },
    },
  })
  const url = await app.listen({ host: config.host, port: config.port })
  return {
    url,
    close: async () => {
      await app.close()
      await watchedDue.close()
      await ownKey.close()
      await hubKeys.close()
      await retention.close()
      await lead.close()
      await replies.stop()
      await messages.close()
      await pool.end()
    },
  }
}

const dayMicros = 86_400_000_000

const measureOutbox = (metrics: Metrics, pool: Pool): void => {
  const oldest = metrics.gauge(
    'switchboard_outbox_oldest_seconds',
    'Age of the oldest notice the hub has not answered at all',
  )
  const held = metrics.gauge(
    'switchboard_outbox_held',
    'Notices the hub holds: for a confirmation, or until it is upgraded',
  )
  metrics.gauge(
    'switchboard_outbox_open',
    'Notices the hub has not answered',
    [],
    async (gauge) => {
      const counted = await countOpen(pool)
      gauge.set(counted.open)
      held.set(counted.held)
      oldest.set(counted.oldest === null ? 0 : (nowMicros() - counted.oldest) / 1_000_000)
    },
  )
}
