import { hasKafkaJars, hasMaven, javaChoices, javaProblem } from './kafka-jars.ts'
import { planKafka } from './kafka.ts'
import { choosePorts } from './ports.ts'
import { postgresPackage } from './postgres-binaries.ts'
import { planPostgres } from './postgres.ts'
import type { Supervisor } from './supervisor.ts'

export type Servers = { readonly brokers: readonly string[], readonly databaseUrl: string }

/** Undefined when this machine can run the servers from their binaries, else what is missing and the choices. */
export const embeddedProblem = async (): Promise<string | undefined> => {
  if (postgresPackage() === undefined) return `There are no PostgreSQL binaries for ${process.platform}-${process.arch}. ${javaChoices}`
  return await javaProblem() ?? (await hasKafkaJars() || await hasMaven() ? undefined : `Maven is not installed. ${javaChoices}`)
}

/** Starts both servers from their binaries, side by side, under the supervisor. */
export const startEmbedded = async (supervisor: Supervisor, log: (line: string) => void): Promise<Servers> => {
  const { folder, start } = supervisor
  const ports = await choosePorts(folder, { kafka: 'SWITCHBOARD_KAFKA_PORT', controller: 'SWITCHBOARD_KAFKA_CONTROLLER_PORT', postgres: 'SWITCHBOARD_POSTGRES_PORT' })
  const startKafka = async (): Promise<void> => { await start('kafka', await planKafka(folder, ports, log)) }
  const startPostgres = async (): Promise<string> => {
    const { plan, url } = await planPostgres(folder, ports.postgres)
    await start('postgres', plan)
    return url
  }
  // Both are waited for, so that after a failure of one the other has stopped starting and can be stopped.
  const [kafka, postgres] = await Promise.allSettled([startKafka(), startPostgres()])
  if (kafka.status === 'rejected') throw kafka.reason
  if (postgres.status === 'rejected') throw postgres.reason
  return { brokers: [`127.0.0.1:${ports.kafka}`], databaseUrl: postgres.value }
}
