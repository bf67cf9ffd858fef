import { accessOf } from '#core/kafka/access.ts'
import { topicsOf } from '#core/kafka/topics.ts'
import type { Registry } from '#core/registry/registry.ts'
import { applyKafkaAccess, planKafkaAccess } from '#runtime/kafka/access.ts'
import { createKafkaAccessAdmin } from '#runtime/kafka/access-admin.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { kafkaSecurity, type KafkaSettings } from '#runtime/kafka/security.ts'
import { applyTopics } from '#runtime/kafka/topics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { createLog } from '#runtime/process/log.ts'
import { migrations } from '#store/migrations.ts'
import { changeRegistry, loadRegistry } from '#store/registry/registry.ts'
import { registryKeys, type DemoKeys } from './keys.ts'
import { demoRegistry } from './registry.ts'

/** Migrates the hub's database and fills its registry. */
export const seedRegistry = async (url: string, keys: DemoKeys): Promise<void> => {
  const pool = createPool({
    url,
    max: 2,
    statementTimeoutMs: 30_000,
    applicationName: 'seed',
    log: createLog({ service: 'seed', level: 'warn' }),
  })
  try {
    await migrate(pool, migrations, { component: 'hub' })
    await changeRegistry(
      pool,
      { who: 'demo', why: "the demo's registry" },
      demoRegistry(registryKeys(keys), keys.clients),
    )
  } finally {
    await pool.end()
  }
}

/**
 * Makes the topics and, if Kafka authenticates its clients, access rules and passwords, as
 * `switchboard admin kafka apply` makes them.
 */
export const prepareKafka = async (
  settings: KafkaSettings,
  database: string,
  passwords: string | undefined,
): Promise<void> => {
  const log = createLog({ service: 'seed', level: 'warn' })
  const pool = createPool({
    url: database,
    max: 1,
    statementTimeoutMs: 30_000,
    applicationName: 'seed',
    log,
  })
  const [brokers, security] = [settings.kafkaBrokers, kafkaSecurity(settings)]
  const messages = createKafkaMessageLog({ brokers, security, clientId: 'seed', log })
  let registry: Registry
  try {
    registry = await loadRegistry(pool)
    await applyTopics(messages.admin, topicsOf(registry, nowMicros()))
  } finally {
    await Promise.all([pool.end(), messages.close()])
  }
  if (passwords === undefined) return
  const access = createKafkaAccessAdmin({ brokers, security })
  try {
    const plan = await planKafkaAccess(access, accessOf(registry, nowMicros()), passwords)
    if (plan === undefined) throw new Error('Kafka has no authoriser')
    await applyKafkaAccess(access, plan, passwords)
  } finally {
    await access.close()
  }
}
