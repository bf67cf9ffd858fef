import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { embeddedProblem, startEmbedded, type Servers } from './embedded.ts'
import { wipePostgres } from './postgres/postgres.ts'
import { makeFolder, stackFolder } from './project.ts'
import { settingsEnvironment } from './settings-environment.ts'
import { supervise, type Pids, type Supervisor } from './processes/supervisor.ts'

export type StackKind = 'external' | 'embedded' | 'docker'

export type Stack = Servers & {
  readonly kind: StackKind
  /** The servers that this stack runs itself: `kafka` and `postgres`, or none. */
  readonly pids: () => Pids
  /** Stops what this stack started. The data stays. */
  readonly stop: () => Promise<void>
}

export type StackOptions = {
  /** Has the servers' data, ports, password and logs. */
  readonly folder: string
  readonly log?: (line: string) => void
  /** Runs the servers. Default: a supervisor of its own. It must have the same folder. */
  readonly supervisor?: Supervisor
  /** Starts without the data of earlier runs. */
  readonly fresh?: boolean
  /** Kafka with TLS, passwords and access rules. Default: `SWITCHBOARD_SECURE=1`. Embedded only. */
  readonly secure?: boolean
}

const kinds: readonly string[] = ['external', 'embedded', 'docker'] satisfies StackKind[]

const externalServers = (env: NodeJS.ProcessEnv): Servers | undefined => {
  const { KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl } = env
  if (!brokers && !databaseUrl) return undefined
  if (!brokers || !databaseUrl)
    throw new Error(
      'set both KAFKA_BROKERS (such as 127.0.0.1:9092) and DATABASE_URL (such as ' +
        'postgres://user:password@127.0.0.1:5432/postgres), or neither',
    )
  return { brokers: brokers.split(',').map((broker) => broker.trim()), databaseUrl }
}

const forcedKind = (env: NodeJS.ProcessEnv): StackKind | undefined => {
  const forced = env['SWITCHBOARD_STACK']
  if (forced === undefined || forced === '') return undefined
  if (!kinds.includes(forced))
    throw new Error(`SWITCHBOARD_STACK is one of ${kinds.join(', ')}; not "${forced}"`)
  return forced as StackKind
}

/**
 * Where Kafka and PostgreSQL come from: as `SWITCHBOARD_STACK` says, else the first of external,
 * embedded and Docker that this machine has.
 */
export const chooseKind = async (env: NodeJS.ProcessEnv = process.env): Promise<StackKind> => {
  const forced = forcedKind(env)
  if (forced !== undefined) return forced
  if (externalServers(env) !== undefined) return 'external'
  const problem = await embeddedProblem()
  if (problem === undefined) return 'embedded'
  const { dockerAnswers } = await import('./docker/docker.ts')
  if (await dockerAnswers()) return 'docker'
  throw new Error(problem)
}

const wipe = async (folder: string): Promise<void> => {
  await wipePostgres(folder)
  await rm(folder, { recursive: true, force: true })
  await makeFolder(folder)
}

const startServers = async (
  kind: Exclude<StackKind, 'external'>,
  supervisor: Supervisor,
  {
    fresh = false,
    secure = process.env['SWITCHBOARD_SECURE'] === '1',
    log = () => {},
  }: StackOptions,
): Promise<Servers> => {
  if (fresh) await wipe(supervisor.folder)
  if (kind === 'embedded') return await startEmbedded(supervisor, log, secure)
  if (secure)
    throw new Error(
      "the stack of containers runs without Kafka's access rules: leave SWITCHBOARD_SECURE " +
        'out, or take docker-compose.yml, which has them',
    )
  const { startDocker } = await import('./docker/docker.ts')
  return await startDocker(supervisor, fresh, log)
}

const external = (): Stack => {
  const servers = externalServers(process.env)
  if (servers === undefined)
    throw new Error('SWITCHBOARD_STACK=external needs KAFKA_BROKERS and DATABASE_URL')
  return { kind: 'external', ...servers, pids: () => ({}), stop: async () => {} }
}

/**
 * Starts Kafka and PostgreSQL, or takes those of the environment, and resolves when both serve.
 * After a failed start nothing of it runs. The data of the last start in the same folder is found
 * again, unless `fresh`.
 */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const { folder, log = () => {} } = options
  const kind = await chooseKind()
  if (kind === 'external') return external()
  const supervisor = options.supervisor ?? (await supervise({ folder, log }))
  const stop = async (): Promise<void> => {
    await supervisor.stop('postgres')
    await supervisor.stop('kafka')
    if (supervisor !== options.supervisor) await supervisor.stopAll()
  }
  try {
    return {
      kind,
      ...(await startServers(kind, supervisor, options)),
      pids: () => supervisor.pids(),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const usage = 'usage: node deploy/local/stack.ts up [--name dev] [--fresh] [--secure]'

const up = async (): Promise<void> => {
  const {
    values: { name, fresh, secure },
    positionals,
  } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'dev' },
      fresh: { type: 'boolean', default: false },
      secure: { type: 'boolean', default: process.env['SWITCHBOARD_SECURE'] === '1' },
    },
  })
  if (positionals[0] !== 'up' || positionals.length > 1) throw new Error(usage)
  const log = (line: string): void => {
    console.error(line)
  }
  let stop = async (): Promise<void> => {}
  const end = async (): Promise<void> => {
    await stop()
    process.exit()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      void end()
    })
  const stack = await startStack({ folder: stackFolder(name), log, fresh, secure })
  stop = stack.stop
  const kafka =
    stack.secured === undefined
      ? { KAFKA_BROKERS: stack.brokers.join(',') }
      : settingsEnvironment(stack.secured.admin)
  console.log(
    `export ${Object.entries({ ...kafka, DATABASE_URL: stack.databaseUrl })
      .map(([name, value]) => `${name}='${value}'`)
      .join(' ')}`,
  )
  log(
    `Kafka and PostgreSQL of "${name}" (${stack.kind}) run ` +
      `until Ctrl-C, or SIGTERM to ${process.pid}`,
  )
  // An external stack leaves nothing that keeps this process alive.
  setInterval(() => {}, 2 ** 30)
}

if (import.meta.main) {
  await up().catch((error) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  })
}
