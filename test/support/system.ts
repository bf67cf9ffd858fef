import type { Test } from 'tap'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { stackFolder } from '#deploy/local/project.ts'
import { environmentKafka } from '#deploy/local/settings-environment.ts'
import { startStack, type StackKind } from '#deploy/local/stack.ts'
import { supervise, type Supervisor } from '#deploy/local/processes/supervisor.ts'
import { startSystem, type System, type SystemOptions } from '#deploy/local/system.ts'
import type { KafkaSecurity } from '#runtime/kafka/client.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'

/** `brokers` and `security` are an administrator's. */
export type TestSystem = System & {
  readonly kind: StackKind
  readonly supervisor: Supervisor
  readonly brokers: readonly string[]
  readonly security: KafkaSecurity
  readonly databaseUrl: string
}

type Teardown = Pick<Test, 'teardown'>

/**
 * The whole system as it is shipped, on its own Kafka and PostgreSQL, so that a test can kill
 * either. The data of the last run of the same name is gone. What this run leaves stays in
 * `.switchboard/<name>`.
 */
export const runSystem = async (
  t: Teardown,
  name: string,
  options: Partial<SystemOptions> = {},
): Promise<TestSystem> => {
  const folder = stackFolder(name)
  let system: System | undefined
  const supervisor = await supervise({ folder, onPids: () => system?.writePids() })
  t.teardown(() => supervisor.stopAll())
  await rm(resolve(folder, 'logs'), { recursive: true, force: true })
  const { kind, brokers, databaseUrl, secured } = await withoutShared(() =>
    startStack({ folder, supervisor, fresh: true }),
  )
  system = await startSystem({
    supervisor,
    brokers,
    ...(secured && { secured }),
    databaseUrl,
    file: resolve(folder, 'system.json'),
    tokenSeconds: 3600,
    ...options,
  })
  const admin = secured?.admin ?? environmentKafka(brokers)
  return {
    ...system,
    kind,
    supervisor,
    brokers: admin.kafkaBrokers,
    security: kafkaSecurity(admin),
    databaseUrl,
  }
}

/** Tests must not kill the servers that the test runner shares among the other tests. */
const withoutShared = async <T>(start: () => Promise<T>): Promise<T> => {
  const { KAFKA_BROKERS, DATABASE_URL } = process.env
  if (process.env['SWITCHBOARD_STACK'] !== 'external') {
    delete process.env['KAFKA_BROKERS']
    delete process.env['DATABASE_URL']
  }
  try {
    return await start()
  } finally {
    Object.assign(process.env, KAFKA_BROKERS && { KAFKA_BROKERS }, DATABASE_URL && { DATABASE_URL })
  }
}
