import { resolve } from 'node:path'
import { gatewayPrincipal, hubPrincipal } from '#core/kafka/access.ts'
import { makeDemoKeys, type DemoKeys } from './demo/keys.ts'
import { demoGateways } from './demo/registry.ts'
import { prepareKafka, seedRegistry } from './demo/seed.ts'
import { describeSystem, issuerOf, serialWriter, type SystemFile } from './demo/system-file.ts'
import type { SecuredKafka } from './kafka/secured.ts'
import { migrateDatabase, openDatabases, type Databases } from './databases.ts'
import { databaseUrl } from './postgres/databases.ts'
import type { OwnedDatabase } from './postgres/roles.ts'
import { choosePorts } from './processes/ports.ts'
import type { Supervisor } from './processes/supervisor.ts'
import { projectFolder } from './project.ts'
import { environmentKafka, kafkaEnvironment } from './settings-environment.ts'

export type SystemOptions = {
  readonly supervisor: Supervisor
  readonly brokers: readonly string[]
  /** How to reach a Kafka that authenticates its clients. */
  readonly secured?: SecuredKafka
  /** Maintenance URL with CREATEDB and CREATEROLE. */
  readonly databaseUrl: string
  /** Where the system file is written, with mode 0600. */
  readonly file: string
  readonly tokenSeconds: number
  /** Added to the settings of every service. */
  readonly env?: Readonly<Record<string, string>>
  /** Databases `<prefix>_hub`, `<prefix>_gateway_<p>`. */
  readonly databasePrefix?: string
  readonly hubProcesses?: number
  /** The folder of the program that a process runs; this project's if missing. */
  readonly programOf?: (name: string) => string
}

export type System = {
  readonly info: SystemFile
  readonly keys: DemoKeys
  readonly databases: Databases
  readonly writePids: () => void
  /** Stops a process and starts it with the program of another folder. */
  readonly replace: (name: string, program: string) => Promise<void>
}

/**
 * Seeds the registry and the topics, then starts hub, gateways, feeds and console under the
 * supervisor.
 */
export const startSystem = async (options: SystemOptions): Promise<System> => {
  const { supervisor, brokers, databasePrefix = 'switchboard', hubProcesses = 1 } = options
  const passwords = resolve(supervisor.folder, 'kafka-passwords')
  const keys = await makeDemoKeys(resolve(supervisor.folder, 'keys'))
  const databases = await openDatabases(options.databaseUrl, databasePrefix)
  const hubDatabase = databases.hub.owner
  await seedOf(programOf(options, 'hub'))(hubDatabase, keys)
  await prepareKafka(
    options.secured?.admin ?? environmentKafka(brokers),
    hubDatabase,
    options.secured && passwords,
  )
  const ports = await servicePorts(supervisor.folder, hubProcesses)
  const services = servicesOf({ options, keys, passwords, databases })
  const start = (service: Service, program: string): Promise<void> =>
    startService(options, service, program, ports[service.name]!)
  await Promise.all(services.map((one) => start(one, programOf(options, one.name))))
  // Who operates the local system may look everywhere: the services' own logins may not.
  const seen = databaseUrl(options.databaseUrl, `${databasePrefix}_hub`)
  const described = await describeSystem(options, keys, ports, seen)
  const info = { ...described, pids: supervisor.pids() }
  const write = serialWriter(options.file)
  const writePids = (): void => void write({ ...info, pids: supervisor.pids() })
  await write(info)
  const replace = async (name: string, program: string): Promise<void> => {
    await supervisor.stop(name)
    await start(
      services.find((one) => one.name === name)!,
      program,
    )
  }
  return { info, keys, databases, writePids, replace }
}

const programOf = ({ programOf: of }: SystemOptions, name: string): string =>
  of?.(name) ?? projectFolder

/** Seeds with the program that runs the hub: no other may be newer than its database. */
const seedOf = (program: string): typeof seedRegistry =>
  program === projectFolder
    ? seedRegistry
    : async (url, keys) => {
        const before = (await import(resolve(program, 'deploy/local/demo/seed.ts'))) as {
          readonly seedRegistry: typeof seedRegistry
        }
        await before.seedRegistry(url, keys)
      }

type Service = {
  readonly name: string
  readonly main: 'hub' | 'gateway' | 'feeds' | 'console'
  readonly database: OwnedDatabase
  /** The role as which it logs in at its database. */
  readonly login: string
  readonly env: Readonly<Record<string, string>>
}

/** Every process with its own settings, without those that all processes share. */
const servicesOf = (of: {
  readonly options: SystemOptions
  readonly keys: DemoKeys
  readonly passwords: string
  readonly databases: Databases
}): Service[] => {
  const { options, keys, databases } = of
  const kafkaOf = (user: string) => kafkaSettings(options, user, of.passwords)
  const seconds = String(options.tokenSeconds)
  const hub = {
    ...kafkaOf(hubPrincipal),
    REPLY_KEY_FILE: keys.reply.file,
    MATCH_KEY_FILE: keys.matchFile,
  }
  const feeds = {
    ACCESS_TOKEN_KEY_FILE: keys.access.file,
    CURSOR_KEY_FILE: keys.cursorFile,
    ACCESS_TOKEN_TTL_S: seconds,
  }
  const gateways = demoGateways.map((p) => ({
    ...kafkaOf(gatewayPrincipal(p)),
    PARTICIPANT: p,
    NOTICE_KEY_FILE: keys.notice[p].file,
    HUB_KEYS_FILE: keys.hubJwks,
    NATIONAL_ISSUER: issuerOf(p),
    NATIONAL_JWKS: keys.issuer[p].jwks,
    NATIONAL_TOKEN_MAX_S: seconds,
    REQUESTS_PER_MINUTE: '1000000',
  }))
  const session = { SESSION_KEY_FILE: keys.session.file }
  const ofHub = (main: 'hub' | 'feeds' | 'console', env: Service['env']): Service => ({
    name: main,
    main,
    database: databases.hub,
    login: main,
    env,
  })
  return [
    ...hubNames(options.hubProcesses ?? 1).map((name) => ({ ...ofHub('hub', hub), name })),
    ...demoGateways.map((p, i) => ({
      name: `gateway-${p}`,
      main: 'gateway' as const,
      database: databases.gateways[i]!,
      login: Object.keys(databases.gateways[i]!.logins)[0]!,
      env: gateways[i]!,
    })),
    ofHub('feeds', feeds),
    ofHub('console', session),
  ]
}

const kafkaSettings = (
  { secured, brokers }: SystemOptions,
  user: string,
  passwords: string,
): Record<string, string> =>
  kafkaEnvironment(
    secured === undefined
      ? environmentKafka(brokers)
      : {
          ...secured.services,
          kafkaSaslUsername: user,
          kafkaSaslPasswordFile: resolve(passwords, user),
        },
  )

/**
 * The tables are migrated by their owner before the service starts, which is another role. A
 * program of before knows one role only, and migrates by itself.
 */
const startService = async (
  { supervisor, env: over }: SystemOptions,
  { name, main, database, login, env }: Service,
  program: string,
  port: number,
): Promise<void> => {
  const own = program === projectFolder
  if (own && (main === 'hub' || main === 'gateway')) await migrateDatabase(database, main)
  await supervisor.start(name, {
    command: process.execPath,
    args: [resolve(program, `services/${main}/main.ts`)],
    cwd: program,
    env: {
      ...env,
      DATABASE_URL: own ? database.logins[login]! : database.owner,
      HOST: '127.0.0.1',
      TRANSLATIONS_FOLDER: resolve(program, 'deploy/translations'),
      ...over,
      PORT: String(port),
    },
    ready: () => isReady(port),
    readyTimeoutMs: 60_000,
    stopTimeoutMs: 15_000,
  })
}

const hubNames = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => (i === 0 ? 'hub' : `hub-${i + 1}`))

const servicePorts = (folder: string, hubs: number): Promise<Record<string, number>> => {
  const names = [...hubNames(hubs), ...demoGateways.map((p) => `gateway-${p}`), 'feeds', 'console']
  return choosePorts(
    folder,
    Object.fromEntries(
      names.map((n) => [n, `SWITCHBOARD_${n.toUpperCase().replaceAll('-', '_')}_PORT`]),
    ),
  )
}

const isReady = async (port: number): Promise<boolean> => {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
    signal: AbortSignal.timeout(1000),
  })
  await response.arrayBuffer()
  return response.ok
}
