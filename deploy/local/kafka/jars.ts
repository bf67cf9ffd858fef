import { cp, mkdtemp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../project.ts'
import { runOnce } from '../processes/run-once.ts'

const pomFile = fileURLToPath(new URL('pom.xml', import.meta.url))
const fetchLimitMs = 10 * 60_000

export const javaChoices = `Kafka needs one of:
  - Java 17 or later and Maven (Debian: apt-get install openjdk-17-jre-headless maven)
  - Docker, with SWITCHBOARD_STACK=docker
  - a Kafka and a PostgreSQL of your own, named by KAFKA_BROKERS (127.0.0.1:9092) and
    DATABASE_URL (postgres://user:password@127.0.0.1:5432/postgres)`

/** The `java` to use: that of JAVA_HOME if it is set, else the first on PATH. */
export const javaCommand = (): string =>
  process.env['JAVA_HOME'] ? resolve(process.env['JAVA_HOME'], 'bin/java') : 'java'

/** The major version of Java, or undefined if there is no Java. */
const javaVersion = async (): Promise<number | undefined> => {
  const { ok, output } = await runOnce(javaCommand(), ['-version'], { timeoutMs: 20_000 })
  const version = /version "(?:1\.)?(\d+)/.exec(output)?.[1]
  return ok && version !== undefined ? Number(version) : undefined
}

/** Undefined if Java can run the broker, else what is wrong and the choices. */
export const javaProblem = async (): Promise<string | undefined> => {
  const version = await javaVersion()
  if (version !== undefined && version >= 17) return undefined
  const problem = version === undefined ? 'Java is not installed' : `Java ${version} is too old`
  return `${problem}. ${javaChoices}`
}

/** Whether Maven answers. */
export const hasMaven = async (): Promise<boolean> =>
  (await runOnce('mvn', ['-v'], { timeoutMs: 20_000 })).ok

const fetchInto = async (folder: string): Promise<void> => {
  const args = [
    '-B',
    '-q',
    '-ntp',
    '-f',
    resolve(folder, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${resolve(folder, 'libs')}`,
    '-DincludeScope=runtime',
  ]
  const { ok, output } = await runOnce('mvn', args, { timeoutMs: fetchLimitMs })
  if (!ok)
    throw new Error(
      `Maven could not fetch Kafka:\n${output.split('\n').slice(-12).join('\n')}\n${javaChoices}`,
    )
}

const publishAs = async (made: string, folder: string): Promise<void> => {
  // Another process may have put the same set there a moment ago: either set is good.
  await rm(folder, { recursive: true, force: true })
  await rename(made, folder).catch(async (error) => {
    if (!(await hasKafkaJars(folder))) throw error
  })
}

const jarsFolder = resolve(cacheFolder, 'kafka-4.3.1')

/**
 * Whether the folder has the complete set that the pinned pom names. The set arrives by one rename,
 * with its pom.
 */
export const hasKafkaJars = async (folder = jarsFolder): Promise<boolean> => {
  const [wanted, had] = await Promise.all([
    readFile(pomFile, 'utf8'),
    readFile(resolve(folder, 'pom.xml'), 'utf8').catch(() => undefined),
  ])
  return wanted === had
}

/**
 * The folder of the broker's jars, which Maven fetches at first use. A fetch that breaks off leaves
 * no folder that counts as complete.
 */
export const kafkaJars = async (
  log: (line: string) => void,
  folder = jarsFolder,
): Promise<string> => {
  if (await hasKafkaJars(folder)) return resolve(folder, 'libs')
  log('fetching Apache Kafka 4.3.1 with Maven (54 MB, once)')
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
  const made = await mkdtemp(`${folder}.part-`)
  try {
    await cp(pomFile, resolve(made, 'pom.xml'))
    await fetchInto(made)
    await publishAs(made, folder)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
  return resolve(folder, 'libs')
}
