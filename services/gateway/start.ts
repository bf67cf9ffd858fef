import { gatewayPrincipal } from '#core/kafka/access.ts'
import { repliesTopic, submittedTopic } from '#core/kafka/topics.ts'
import { prepareFullCheck } from '#core/schema/check.ts'
import type { Consumption } from '#runtime/kafka/message-log.ts'
import { createGroupCommit } from '#runtime/postgres/group-commit.ts'
import type { Clock } from '#runtime/process/clock.ts'
import { every } from '#runtime/process/every.ts'
import type { Running } from '#runtime/process/service.ts'
import type { AcceptDeps } from './accept.ts'
import { buildApp, type GatewayApp } from './app.ts'
import { findConfirmation } from './confirming/confirmation-store.ts'
import { changeOver } from './exchange/change-over.ts'
import { findDeliveries, storeDeliveries } from './exchange/delivery-store.ts'
import { keepConsuming } from './exchange/keep-consuming.ts'
import { startLedRelay } from './exchange/led-relay.ts'
import { openQueue } from './exchange/open-queue.ts'
import { storeReceipts } from './exchange/receipt-store.ts'
import type { Relay } from './exchange/relay.ts'
import { takeReplies } from './exchange/replies.ts'
import { findTold, storeTold } from './exchange/told-store.ts'
import { insertSubmissions, listSubmissions, type OutboxRow } from './outbox.ts'
import { openParts, type GatewayConfig, type GatewayParts, type GatewayProcess } from './parts.ts'
import { findSaid } from './said/said-store.ts'
import { findPostedAt, findVersions } from './stored-versions.ts'
import { createStore } from './submit.ts'
import { watchDue } from './upkeep/due.ts'
import { watchGatewayRetention } from './upkeep/retention.ts'

type OutboxRelay = Pick<Relay, 'offer' | 'answered'>

const dayMicros = 86_400_000_000
const registryPollMs = 2000

/**
 * Starts one gateway process. Taking notices needs PostgreSQL only; Kafka may come later. Draining
 * order: stop listening, finish the requests under way, stop the relay and the replies, then close
 * producer and pool.
 */
export const startGateway = async (
  config: GatewayConfig,
  process: GatewayProcess,
): Promise<Running> => {
  const parts = await openParts(config, process)
  const { pool, clock, messages, ownKey, hubKeys } = parts
  const relay = startLedRelay(
    pool,
    {
      ...config,
      topic: submittedTopic(config.participant),
      messages,
      queue: openQueue(pool),
      log: process.log,
    },
    process.log,
  )
  const upkeep = startUpkeep(config, process, parts)
  const changed = changeOverOnce(config, process, parts)
  await changed()
  const following = followRegistry(process, parts)
  const replies = consumeReplies(config, process, parts, { relay, changed })
  const app = await buildApp(appOf(config, process, parts, relay))
  prepareFullCheck() // compiling takes longer than a request may hold the event loop
  const url = await app.listen({ host: config.host, port: config.port })
  return {
    url,
    close: async () => {
      await app.close()
      await upkeep.close()
      await following.close()
      await ownKey.close()
      await hubKeys.close()
      await relay.close()
      await replies.stop()
      await messages.close()
      await clock.close()
      await pool.end()
    },
  }
}

/**
 * Changes over to version 2 of the contract once the hub takes it, and says so in the log. Before
 * that it does nothing. It is asked again with each message of the registry: a hub of the version
 * before can have refused to log it.
 */
const changeOverOnce = (
  { participant }: GatewayConfig,
  { log }: GatewayProcess,
  { pool, clock, ownKey, registry }: GatewayParts,
): (() => Promise<void>) => {
  const { signer } = ownKey
  return async () => {
    if (registry.contract() === 1) return
    if (await changeOver({ pool, participant, signer, now: clock.now }))
      log.info({ contract: 2 }, 'notices are signed under version 2 of the contract now')
  }
}

/** Reads what the process that gets the hub's replies has stored, if it is another one. */
const followRegistry = (
  { log }: GatewayProcess,
  { registry }: GatewayParts,
): { close: () => Promise<void> } =>
  every(
    registryPollMs,
    () => registry.reload(),
    (error) => log.warn({ err: error }, 'the stored registry is not read; tried again'),
  )

/** Measures the notices that become due, and destroys content whose time is over. */
const startUpkeep = (
  config: GatewayConfig,
  { log, metrics }: GatewayProcess,
  { pool, clock }: GatewayParts,
): { close: () => Promise<void> } => {
  const due = watchDue({ ...dueOf(config, clock), pool, everyMs: config.dueReportMs, metrics, log })
  const retention = watchGatewayRetention({
    pool,
    now: clock.now,
    kept: {
      normal: config.retentionDays * dayMicros,
      victim: config.victimRetentionDays * dayMicros,
    },
    everyMs: config.retentionPollMs,
    log,
  })
  return {
    close: async () => {
      await due.close()
      await retention.close()
    },
  }
}

const dueOf = (config: GatewayConfig, clock: Clock): GatewayApp['due'] => ({
  now: clock.now,
  ahead: config.dueAheadDays * dayMicros,
})

const consumeReplies = (
  { participant }: GatewayConfig,
  { log, metrics, crash }: GatewayProcess,
  { pool, clock, messages, hubKeys, registry }: GatewayParts,
  { relay, changed }: { readonly relay: OutboxRelay; readonly changed: () => Promise<void> },
): Pick<Consumption, 'stop'> => {
  const refused = metrics.counter(
    'switchboard_replies_refused_total',
    'Replies that were not signed by the hub for this gateway',
    ['code'],
  )
  return keepConsuming(messages, log, {
    groupId: gatewayPrincipal(participant),
    topics: [repliesTopic(participant)],
    onCrash: crash,
    sessionTimeoutMs: 6000,
    onRecords: (records) =>
      takeReplies(records, {
        participant,
        hubKeys: hubKeys.current,
        storeReceipts: (message, receipts) => storeReceipts(pool, message, receipts, clock.now()),
        takeRegistry: async (message) => {
          await registry.take(message)
          await changed()
        },
        storeTold: (message) => storeTold(pool, message),
        storeDeliveries: (message) => storeDeliveries(pool, message),
        answered: relay.answered,
        onRefused: (code) => refused.inc({ code }),
        log,
      }),
  })
}

const acceptDepsOf = (
  config: GatewayConfig,
  { pool, clock, ownKey, registry, neverList }: GatewayParts,
  relay: OutboxRelay,
): AcceptDeps => ({
  participant: config.participant,
  signer: ownKey.signer,
  now: clock.now,
  view: registry.view,
  neverList,
  contract: registry.contract,
  reviewAfter: config.reviewAfterDays * dayMicros,
  bounds: config,
  postedAt: (id, version) => findPostedAt(pool, id, version),
  // The lookups of concurrent requests, and of the rows of an import, share a statement, as their
  // inserts do.
  findVersions: createGroupCommit<string, OutboxRow[]>((ids) => findVersions(pool, ids), {
    maxItems: config.commitMaxNotices,
    maxWaiting: 100_000,
    lanes: 2,
  }),
  store: createStore({
    insert: (submissions) => insertSubmissions(pool, submissions),
    offer: relay.offer,
    maxItems: config.commitMaxNotices,
    maxWaiting: config.waitingMaxNotices,
  }),
})

const appOf = (
  config: GatewayConfig,
  { log, metrics }: GatewayProcess,
  parts: GatewayParts,
  relay: OutboxRelay,
): GatewayApp => {
  const { tls, translations, pool, clock, registry, ownKey } = parts
  const accept = acceptDepsOf(config, parts, relay)
  return {
    tls,
    translations,
    participant: config.participant,
    accept,
    confirm: accept,
    findVersions: accept.findVersions,
    due: dueOf(config, clock),
    clock,
    confirmation: (digest) => findConfirmation(pool, digest),
    list: (listing) => listSubmissions(pool, listing),
    deliveries: (ids) => findDeliveries(pool, ids),
    told: (type, ids) => findTold(pool, type, ids),
    react: accept,
    said: (agency, id) => findSaid(pool, agency, id),
    registry,
    ready: async () => {
      await pool.query('select')
      const off = clock.problems()
      if (off.length > 0) return off
      return registry.view() === undefined
        ? ["the hub's registry has not come yet"]
        : ownKey.problems()
    },
    log,
    metrics,
    callers: config,
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
  }
}
