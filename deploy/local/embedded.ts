import { hasKafkaJars, hasMaven, javaChoices, javaProblem } from './kafka/jars.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'
import { planKafka, type Particulars } from './kafka/kafka.ts'
import { secureKafka, type SecuredKafka } from './kafka/secured.ts'
import { choosePorts } from './processes/ports.ts'
import { postgresPackage } from './postgres/binaries.ts'
import { planPostgres } from './postgres/postgres.ts'
import type { Supervisor } from './processes/supervisor.ts'

/**
 * `brokers` are for services. `secured` says how others reach a Kafka that authenticates its
 * clients.
 */
export type Servers = {
  readonly brokers: readonly string[]
  readonly databaseUrl: string
  readonly secured?: SecuredKafka
}

/**
 * Undefined if this machine can run the servers from their binaries, else what is missing and the
 * choices.
 */
export const embeddedProblem = async (): Promise<string | undefined> => {
  if (postgresPackage() === undefined)
    return (
      'There are no PostgreSQL binaries for ' +
      `${process.platform}-${process.arch}. ${javaChoices}`
    )
  return (
    (await javaProblem()) ??
    ((await hasKafkaJars()) || (await hasMaven())
      ? undefined
      : `Maven is not installed. ${javaChoices}`)
  )
}

/** Starts both servers from their binaries, at the same time, under the supervisor. */
export const startEmbedded = async (
  supervisor: Supervisor,
  log: (line: string) => void,
  secure = false,
): Promise<Servers> => {
  const { folder, start } = supervisor
  const ports = await choosePorts(folder, {
    kafka: 'SWITCHBOARD_KAFKA_PORT',
    kafkaTls: 'SWITCHBOARD_KAFKA_TLS_PORT',
    controller: 'SWITCHBOARD_KAFKA_CONTROLLER_PORT',
    postgres: 'SWITCHBOARD_POSTGRES_PORT',
  })
  const secured = secure ? await secureKafka(folder, ports) : undefined
  const particulars: Particulars | undefined = secured && {
    settings: secured.settings,
    broker: `127.0.0.1:${ports.kafkaTls}`,
    security: kafkaSecurity(secured.doors.admin),
  }
  const startKafka = async (): Promise<void> => {
    await start('kafka', await planKafka(folder, ports, log, particulars))
  }
  const startPostgres = async (): Promise<string> => {
    const { plan, url } = await planPostgres(folder, ports.postgres)
    await start('postgres', plan)
    return url
  }
  // Waits for both, so that when one has failed, the other is no longer starting and can be
  // stopped.
  const [kafka, postgres] = await Promise.allSettled([startKafka(), startPostgres()])
  if (kafka.status === 'rejected') throw kafka.reason
  if (postgres.status === 'rejected') throw postgres.reason
  return {
    brokers: [`127.0.0.1:${ports.kafka}`],
    databaseUrl: postgres.value,
    ...(secured && { secured: secured.doors }),
  }
}
