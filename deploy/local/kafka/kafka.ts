import { randomBytes } from 'node:crypto'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessPlan } from '../processes/child.ts'
import { brokerServes } from './ready.ts'
import { javaCommand, javaProblem, kafkaJars } from './jars.ts'
import type { KafkaSecurity } from '#runtime/kafka/client.ts'
import { heapFlags, serverProperties, type BrokerSettings, type KafkaPorts } from './settings.ts'
import { runOnce } from '../processes/run-once.ts'

const logSettings = fileURLToPath(new URL('log4j2.properties', import.meta.url))

// The serial collector starts no helper threads. The class archive is used if the JVM has one.
const jvmFlags = (libs: string, heap: readonly string[]): string[] => [
  ...heap,
  '-XX:+UseSerialGC',
  '-Xshare:auto',
  '-Djava.awt.headless=true',
  `-Dlog4j2.configurationFile=${logSettings}`,
  '-cp',
  `${libs}/*`,
]

const exists = async (path: string): Promise<boolean> =>
  await access(path).then(
    () => true,
    () => false,
  )

const clusterIdOf = async (data: string): Promise<string> =>
  /^cluster\.id=(.+)$/m
    .exec(await readFile(resolve(data, 'meta.properties'), 'utf8'))?.[1]
    ?.trim() ?? ''

// A leading "-" would be read as an option.
const newClusterId = (): string => `S${randomBytes(16).toString('base64url').slice(1)}`

/** Formats a folder beside and renames it, so that a format that broke off is done again. */
const format = async (
  libs: string,
  folder: string,
  data: string,
  ports: KafkaPorts,
  more: BrokerSettings,
): Promise<void> => {
  const part = `${data}.part`
  await rm(part, { recursive: true, force: true })
  const settings = resolve(folder, 'format.properties')
  await writeFile(settings, serverProperties(part, ports, more))
  const { ok, output } = await runOnce(
    javaCommand(),
    [
      ...jvmFlags(libs, ['-Xmx128m']),
      'kafka.tools.StorageTool',
      'format',
      '-t',
      newClusterId(),
      '-c',
      settings,
    ],
    { timeoutMs: 60_000 },
  )
  if (!ok) throw new Error(`Kafka's storage could not be formatted:\n${output}`)
  await rename(part, data)
}

/** How to ask a secured broker whether it serves. */
export type Particulars = {
  readonly settings: BrokerSettings
  readonly broker: string
  readonly security: KafkaSecurity
}

/** Prepares the broker's jars, storage and settings in `<folder>/kafka`, and says how to run it. */
export const planKafka = async (
  folder: string,
  ports: KafkaPorts,
  log: (line: string) => void,
  particulars?: Particulars,
): Promise<ProcessPlan> => {
  const {
    settings: more,
    broker,
    security,
  } = particulars ?? { settings: {}, broker: `127.0.0.1:${ports.kafka}`, security: {} }
  const problem = await javaProblem()
  if (problem !== undefined) throw new Error(problem)
  const libs = await kafkaJars(log)
  const own = resolve(folder, 'kafka')
  const data = resolve(own, 'data')
  const settings = resolve(own, 'server.properties')
  await mkdir(own, { recursive: true, mode: 0o700 })
  if (!(await exists(data))) await format(libs, own, data, ports, more)
  await writeFile(settings, serverProperties(data, ports, more))
  const clusterId = await clusterIdOf(data)
  return {
    command: javaCommand(),
    args: [...jvmFlags(libs, heapFlags()), 'kafka.Kafka', settings],
    cwd: own,
    ready: async () => await brokerServes(broker, clusterId, security),
    // A start takes a second or two on an idle machine, and a minute on one that runs the tests.
    readyTimeoutMs: 180_000,
    stopTimeoutMs: 15_000,
  }
}
