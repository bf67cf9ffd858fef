import { loadNeverList } from '#runtime/files/never-list-file.ts'
import { loadTranslations } from '#runtime/files/translations.ts'
import { listenerTls } from '#runtime/http/listener-tls.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'
import { measureCertificates } from '#runtime/keys/certificate-metrics.ts'
import { openClock } from '#runtime/postgres/clock.ts'
import { requireMigrated } from '#runtime/postgres/migrate.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import type { Config } from '#runtime/process/config.ts'
import type { ServiceDeps } from '#runtime/process/service.ts'
import type { gatewayConfig } from './config.ts'
import { openRegistryState } from './exchange/registry-state.ts'
import { followHubKeys } from './keys/hub-keys.ts'
import { followOwnKey } from './keys/own-key.ts'
import { measureOutbox } from './upkeep/outbox-metrics.ts'

/** The gateway's numbered migrations: forward only, never edited. */
export const gatewayMigrations = new URL('migrations/', import.meta.url)

export type GatewayConfig = Config<typeof gatewayConfig>
export type GatewayProcess = Omit<ServiceDeps, 'env'>
export type GatewayParts = Awaited<ReturnType<typeof openParts>>

/** The parts: database, keys, registry, Kafka. */
export const openParts = async (config: GatewayConfig, { log, metrics }: GatewayProcess) => {
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
  await requireMigrated(pool, gatewayMigrations, {
    component: 'gateway',
    command: 'node services/gateway/migrate.ts, as the role that owns the tables',
  })
  const clock = await openClock({ ...config, pool, log, metrics })
  measureOutbox(metrics, pool, clock.unsure)
  const registry = await openRegistryState(
    pool,
    participant,
    clock.now,
    ({ version, at, who, kind, id }) =>
      log.info(
        { version, at, who, kind, id },
        'the hub has changed rows of this participant; see GET /v1/registry',
      ),
  )
  const ownKey = await followOwnKey({
    file: config.noticeKeyFile,
    ncbKeysFile: config.ncbKeysFile,
    participant,
    enrolled: () => registry.message()?.ownKeys,
    now: clock.unsure,
    metrics,
    log,
  })
  const messages = createKafkaMessageLog({
    brokers: config.kafkaBrokers,
    security,
    clientId: `gateway-${participant}`,
    log,
  })
  return { tls, translations, neverList, hubKeys, pool, clock, registry, ownKey, messages }
}
