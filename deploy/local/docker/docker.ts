import { keepContainer } from './container-child.ts'
import {
  dockerClient,
  LocalContainer,
  removeOrphanContainers,
  removeVolume,
  volumeOf,
} from './container.ts'
import type { Servers } from '../embedded.ts'
import { brokerServes } from '../kafka/ready.ts'
import { brokerSettings, heapFlags } from '../kafka/settings.ts'
import { choosePorts } from '../processes/ports.ts'
import {
  databaseServes,
  hasPassword,
  initdbArgs,
  postgresArgs,
  readPassword,
} from '../postgres/settings.ts'
import type { Supervisor } from '../processes/supervisor.ts'

const kafkaImage = 'apache/kafka:4.3.1'
const postgresImage = 'postgres:17'

/** Whether a container engine answers. */
export const dockerAnswers = async (): Promise<boolean> =>
  await dockerClient().then(
    () => true,
    () => false,
  )

/** The image reads each setting from the variable of its name. */
const kafkaEnvironment = (
  settings: Readonly<Record<string, string | number | boolean>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      String(value),
    ]),
  )

const kafkaContainer = (folder: string, broker: string, port: number): LocalContainer =>
  new LocalContainer(kafkaImage, folder)
    .withLoopbackPort(9092, port)
    .withBindMounts([{ source: volumeOf(folder, 'kafka'), target: '/var/lib/kafka/data' }])
    .withEnvironment(
      kafkaEnvironment({
        ...brokerSettings(),
        'controller.quorum.voters': '1@localhost:9093',
        listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
        'advertised.listeners': `PLAINTEXT://${broker}`,
        'log.dirs': '/var/lib/kafka/data/logs',
        'heap.opts': heapFlags().join(' '),
      }),
    )

const postgresContainer = (folder: string, password: string, port: number): LocalContainer =>
  new LocalContainer(postgresImage, folder)
    .withLoopbackPort(5432, port)
    .withBindMounts([{ source: volumeOf(folder, 'postgres'), target: '/var/lib/postgresql/data' }])
    .withEnvironment({
      POSTGRES_USER: 'switchboard',
      POSTGRES_DB: 'postgres',
      POSTGRES_PASSWORD: password,
      POSTGRES_INITDB_ARGS: initdbArgs.join(' '),
    })
    .withCommand(['postgres', ...postgresArgs()])

/**
 * Starts both servers in containers, at the same time, under the supervisor. Their data is in
 * volumes named after the folder.
 */
export const startDocker = async (
  { folder, keep }: Supervisor,
  fresh: boolean,
  log: (line: string) => void,
): Promise<Servers> => {
  const host = (await dockerClient()).info.containerRuntime.host
  await removeOrphanContainers(folder, log)
  // A volume outlives a deleted folder; its password does not.
  if (fresh || !(await hasPassword(folder)))
    for (const name of ['kafka', 'postgres']) await removeVolume(volumeOf(folder, name))
  const ports = await choosePorts(folder, {
    kafka: 'SWITCHBOARD_KAFKA_PORT',
    postgres: 'SWITCHBOARD_POSTGRES_PORT',
  })
  const password = await readPassword(folder)
  const broker = `${host}:${ports.kafka}`
  const databaseUrl = `postgres://switchboard:${password}@${host}:${ports.postgres}/postgres`
  const results = await Promise.allSettled([
    keep('kafka', (surroundings) =>
      keepContainer(
        kafkaContainer(folder, broker, ports.kafka),
        async () => await brokerServes(broker),
        surroundings,
      ),
    ),
    keep('postgres', (surroundings) =>
      keepContainer(
        postgresContainer(folder, password, ports.postgres),
        async () => await databaseServes(databaseUrl),
        surroundings,
      ),
    ),
  ])
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return { brokers: [broker], databaseUrl }
}
