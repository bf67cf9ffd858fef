import type { Pool } from 'pg'
import type { Config } from '#runtime/process/config.ts'
import type { Registry } from '#core/registry/registry.ts'
import { measureCertificates } from '#runtime/keys/certificate-metrics.ts'
import { every } from '#runtime/process/every.ts'
import { openClock } from '#runtime/postgres/clock.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { listenerTls } from '#runtime/http/listener-tls.ts'
import { requireMigrated } from '#runtime/postgres/migrate.ts'
import type { Running, ServiceDeps } from '#runtime/process/service.ts'
import { readSecretKey } from '#runtime/files/secret-file.ts'
import { loadTranslations } from '#runtime/files/translations.ts'
import { migrateCommand, migrations } from '#store/migrations.ts'
import { deleteUsedAssertions, useAssertion } from '#store/registry/used-assertions.ts'
import { watchRegistry, type RegistryWatch } from '#store/registry/watch.ts'
import { createAcknowledgements } from './handing-over/acknowledgements.ts'
import { loadAccessKey } from './clients/access-key.ts'
import { buildApp, type FeedsApp } from './app.ts'
import { stillStands } from './clients/auth.ts'
import type { feedsConfig } from './config.ts'
import { createFeeds } from './handing-over/hand-over.ts'
import { createHeadStart } from './handing-over/head-start.ts'
import { openLedger } from './handing-over/ledger.ts'
import { openMinutes } from './reading/minutes.ts'
import { createLaterNotices, loadLaterNotices } from './reading/later-notices.ts'
import { createFeedMetrics, measureState } from './metrics.ts'
import { createOpenReaders } from './handing-over/open-readers.ts'
import { rightsEpoch, type FeedReader } from './reading/reader.ts'
import { createViews } from './reading/render.ts'
import { createStream } from './routes/stream.ts'
import { openTail } from './reading/tail.ts'
import { createWaiting } from './reading/waiting.ts'

type FeedsConfig = Config<typeof feedsConfig>
type Process = Omit<ServiceDeps, 'env' | 'crash'>
type Parts = Awaited<ReturnType<typeof openParts>>
type Counters = ReturnType<typeof createFeedMetrics>

const assertionUpkeepMs = 60_000

/**
 * Starts one feeds process. Any number of processes share the readers, and none needs the state of
 * another. Draining order: end streams and waiting requests, stop listening, finish the requests
 * under way, write the ledger, then close the followers and pools.
 */
export const startFeeds = async (config: FeedsConfig, process: Process): Promise<Running> => {
  const parts = await openParts(config, process)
  const { pool, clock, readers, registry, tail, minutes, ledger } = parts
  const app = await buildApp(appOf(config, process, parts))
  const upkeep = every(
    assertionUpkeepMs,
    async (closing) => {
      while (!closing.aborted && (await deleteUsedAssertions(pool, clock.now() / 1_000_000)));
    },
    (err) => process.log.warn({ err }, 'used assertions were not deleted'),
  )
  const url = await app.listen({ host: config.host, port: config.port })
  return {
    url,
    close: async () => {
      await app.close()
      await upkeep.close()
      await ledger.close()
      await minutes.close()
      await tail.close()
      await registry.close()
      await clock.close()
      await readers.end()
      await pool.end()
    },
  }
}

/** The parts: keys, databases, registry, tail of the log, ledger. */
const openParts = async (config: FeedsConfig, { log, metrics }: Process) => {
  const tls = listenerTls(config)
  const translations = loadTranslations(config.translationsFolder)
  measureCertificates(metrics, { listener: config.tlsCertFile })
  const accessKey = await loadAccessKey(config.accessTokenKeyFile)
  const cursorKey = await readSecretKey(config.cursorKeyFile)
  const { pool, readers } = createPools(config, log)
  await requireMigrated(pool, migrations, {
    component: 'hub',
    command: migrateCommand,
  })
  const clock = await openClock({ ...config, pool, log, metrics })
  const waiting = createWaiting()
  const counters = createFeedMetrics(metrics)
  const registry = await followRegistry(config, log, pool, counters, waiting.wake)
  const later = createLaterNotices()
  const views = createViews(config.viewsMaxBytes)
  const tail = await openTail({
    pool,
    url: config.databaseUrl,
    maxEntries: config.tailMaxEntries,
    maxBytes: config.tailMaxBytes,
    pollMs: config.tailPollMs,
    onLater: later.add,
    onDestroyed: () => views.clear(),
    log,
  })
  await loadLaterNotices(pool, later)
  tail.onGrowth(waiting.wake)
  const minutes = await openMinutes({ pool, clock, pollMs: config.tailPollMs, log })
  const ledger = openLedger({
    pool,
    head: tail.head,
    now: clock.now,
    aheadEntries: config.offerAheadEntries,
    flushMs: config.ledgerFlushMs,
    log,
  })
  const keys = { accessKey, cursorKey }
  const reading = { readers, later, views, tail, minutes, waiting }
  return { tls, translations, ...keys, pool, clock, counters, registry, ledger, ...reading }
}

const createPools = (config: FeedsConfig, log: Process['log']): { pool: Pool; readers: Pool } => ({
  pool: createPool({
    url: config.databaseUrl,
    max: Math.ceil(config.databaseConnections / 2),
    statementTimeoutMs: 10_000,
    applicationName: 'feeds',
    log,
  }),
  readers: createPool({
    url: config.databaseUrl,
    max: Math.floor(config.databaseConnections / 2),
    statementTimeoutMs: 5_000,
    applicationName: 'feeds-readers',
    keepPlans: true,
    log,
  }),
})

const followRegistry = async (
  config: FeedsConfig,
  log: Process['log'],
  pool: Pool,
  counters: Counters,
  onChange: () => void,
): Promise<RegistryWatch> => {
  const registry = await watchRegistry({
    pool,
    url: config.databaseUrl,
    pollMs: config.registryPollMs,
    staleMs: config.registryStaleMs,
    onError: (error) => log.error({ err: error }, 'registry not read'),
    onChange: ({ version }) => {
      counters.registryVersion.set(version)
      onChange()
    },
  })
  counters.registryVersion.set(registry.current().version)
  return registry
}

const appOf = (config: FeedsConfig, { log, metrics }: Process, parts: Parts): FeedsApp => {
  const { pool, clock, registry, tail, ledger, counters, waiting } = parts
  const openReaders = createOpenReaders({
    perClient: config.streamsPerClient,
    perAgency: config.streamsPerAgency,
    perParticipant: config.streamsPerParticipant,
    max: config.streamsMax,
  })
  measureState(metrics, tail, openReaders)
  const acknowledgements = createAcknowledgements(pool, clock.now)
  const deciding = {
    pool,
    registry: registry.current,
    now: clock.now,
    acknowledgedBy: acknowledgements.by,
    count: counters.countDecision,
    waits: createHeadStart(pool, config.victimHeadStartMs, () => counters.waited.inc()),
    unwritten: ledger.unwritten,
  }
  const epochOf = createEpochs()
  const stale = (): boolean => tail.staleMs() > config.tailStaleMs
  const { scanMaxEntries } = config
  const page = { ...parts, ...deciding, epochOf, scanMaxEntries }
  return {
    ...config,
    ...counters,
    callers: config,
    tls: parts.tls,
    translations: parts.translations,
    accessKey: parts.accessKey,
    registry: registry.current,
    clock,
    find: deciding,
    ledger,
    acknowledgements,
    useAssertion: (...use) => useAssertion(pool, ...use),
    onToken: () => counters.tokensIssued.inc(),
    open: createFeeds({ ...parts, page, handedOver: counters.handedOver }),
    openReaders,
    waiting,
    stream: createStream({
      waiting,
      batchBytes: config.streamBatchBytes,
      slowReaderMs: config.slowReaderMs,
      idleMs: config.idleMs,
      stands: (reader) => stillStands(reader, registry.current, clock),
      onEnd: (code) => counters.streamsEnded.inc({ code }),
    }),
    stale,
    epochOf: (reader) => epochOf(reader, registry.current()),
    log,
    metrics,
    ready: async () => [
      ...clock.problems(),
      ...(stale() ? ['the log is not followed'] : []),
      ...(registry.ageMs() > config.registryStaleMs ? ['the registry is stale'] : []),
    ],
  }
}

/** An epoch follows from the registry alone, so it is computed once for each registry. */
const createEpochs = (): ((reader: FeedReader, registry: Registry) => number) => {
  let held: { registry: Registry; epochs: Map<string, number> } | undefined
  return (reader, registry) => {
    if (held?.registry !== registry) held = { registry, epochs: new Map() }
    const known = held.epochs.get(reader.key)
    if (known !== undefined) return known
    const epoch = rightsEpoch(reader, registry)
    held.epochs.set(reader.key, epoch)
    return epoch
  }
}
