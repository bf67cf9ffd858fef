import { rename, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createPool } from '#runtime/postgres/pool.ts'
import { accessOf, gatewayPrincipal, hubPrincipal } from '#core/kafka/access.ts'
import type { Registry } from '#core/registry/registry.ts'
import { topicsOf } from '#core/kafka/topics.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { applyKafkaAccess, planKafkaAccess } from '#runtime/kafka/access.ts'
import { createKafkaAccessAdmin } from '#runtime/kafka/access-admin.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { kafkaSecurity, type KafkaSettings } from '#runtime/kafka/security.ts'
import { applyTopics } from '#runtime/kafka/topics.ts'
import { createLog } from '#runtime/process/log.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { migrations } from '#store/migrations.ts'
import { changeRegistry, loadRegistry } from '#store/registry/registry.ts'
import { databaseUrl, makeDatabases } from './postgres/databases.ts'
import { makeDemoKeys, registryKeys, type DemoKeys } from './demo/keys.ts'
import { demoAgencies, demoGateways, demoParticipants, demoRegistry } from './demo/registry.ts'
import type { SecuredKafka } from './kafka/secured.ts'
import { mintToken } from './demo/national-tokens.ts'
import { choosePorts } from './processes/ports.ts'
import { projectFolder } from './project.ts'
import { environmentKafka, kafkaEnvironment } from './settings-environment.ts'
import type { Pids, Supervisor } from './processes/supervisor.ts'

/** What an outside client needs to use the system: `.switchboard/demo.json`. */
export type SystemFile = {
  readonly gateways: Readonly<Record<string, { url: string; token: string }>>
  readonly feeds: {
    url: string
    agencies: Record<string, { token: string; clientId: string; clientSecret: string }>
  }
  readonly console: { url: string; tokens: { viewer: string; operator: string; admin: string } }
  readonly ncb: Readonly<Record<string, { token: string }>>
  readonly kafka: { brokers: readonly string[]; admin?: KafkaSettings }
  readonly database: { url: string }
  readonly keys: Readonly<Record<string, object>>
  readonly pids: Pids
}

export type SystemOptions = {
  readonly supervisor: Supervisor
  readonly brokers: readonly string[]
  /** How else to reach Kafka, where it asks who is there. */
  readonly secured?: SecuredKafka
  /** Maintenance URL with CREATEDB and CREATEROLE. */
  readonly databaseUrl: string
  /** Where the system file is written, mode 0600. */
  readonly file: string
  readonly tokenSeconds: number
  /** Over the settings of every service. */
  readonly env?: Readonly<Record<string, string>>
  /** Databases `<prefix>_hub`, `<prefix>_gateway_<p>`. */
  readonly databasePrefix?: string
  readonly hubProcesses?: number
}

export type System = {
  readonly info: SystemFile
  readonly keys: DemoKeys
  readonly writePids: () => void
}

/**
 * Seeds the registry and the topics, then starts hub, gateways, feeds and console under the
 * supervisor.
 */
export const startSystem = async (options: SystemOptions): Promise<System> => {
  const { supervisor, brokers, databasePrefix = 'switchboard' } = options
  const passwords = resolve(supervisor.folder, 'kafka-passwords')
  const keys = await makeDemoKeys(resolve(supervisor.folder, 'keys'))
  const hubDatabase = databaseUrl(options.databaseUrl, `${databasePrefix}_hub`)
  const gatewayDatabase = (p: string): string =>
    databaseUrl(options.databaseUrl, `${databasePrefix}_gateway_${p.toLowerCase()}`)
  await makeDatabases(options.databaseUrl, [
    `${databasePrefix}_hub`,
    ...demoGateways.map((p) => `${databasePrefix}_gateway_${p.toLowerCase()}`),
  ])
  await seedRegistry(hubDatabase, keys)
  await prepareKafka(
    options.secured?.admin ?? environmentKafka(brokers),
    hubDatabase,
    options.secured && passwords,
  )
  const ports = await servicePorts(supervisor.folder, options.hubProcesses ?? 1)

  const shared = {
    HOST: '127.0.0.1',
    TRANSLATIONS_FOLDER: resolve(projectFolder, 'deploy/translations'),
    ...options.env,
  }
  const kafkaOf = (user: string): Record<string, string> =>
    kafkaEnvironment(
      options.secured === undefined
        ? environmentKafka(brokers)
        : {
            ...options.secured.services,
            kafkaSaslUsername: user,
            kafkaSaslPasswordFile: resolve(passwords, user),
          },
    )
  const service = (
    name: string,
    main: string,
    port: number,
    env: Record<string, string>,
  ): Promise<void> =>
    supervisor.start(name, {
      command: process.execPath,
      args: [resolve(projectFolder, `services/${main}/main.ts`)],
      cwd: projectFolder,
      env: { ...env, ...shared, PORT: String(port) },
      ready: () => isReady(port),
      readyTimeoutMs: 60_000,
      stopTimeoutMs: 15_000,
    })
  const hubs = Array.from({ length: options.hubProcesses ?? 1 }, (_, i) => hubName(i))
  await Promise.all([
    ...hubs.map((name) =>
      service(name, 'hub', ports[name]!, {
        ...kafkaOf(hubPrincipal),
        DATABASE_URL: hubDatabase,
        REPLY_KEY_FILE: keys.reply.file,
        CHECKPOINT_KEY_FILE: keys.checkpoint.file,
      }),
    ),
    ...demoGateways.map((p) =>
      service(`gateway-${p}`, 'gateway', ports[`gateway-${p}`]!, {
        ...kafkaOf(gatewayPrincipal(p)),
        PARTICIPANT: p,
        DATABASE_URL: gatewayDatabase(p),
        NOTICE_KEY_FILE: keys.notice[p].file,
        HUB_KEYS_FILE: keys.hubJwks,
        NATIONAL_ISSUER: issuerOf(p),
        NATIONAL_JWKS: keys.issuer[p].jwks,
        NATIONAL_TOKEN_MAX_S: String(options.tokenSeconds),
        REQUESTS_PER_MINUTE: '1000000',
      }),
    ),
    service('feeds', 'feeds', ports['feeds']!, {
      DATABASE_URL: hubDatabase,
      ACCESS_TOKEN_KEY_FILE: keys.access.file,
      CURSOR_KEY_FILE: keys.cursorFile,
      ACCESS_TOKEN_TTL_S: String(options.tokenSeconds),
    }),
    service('console', 'console', ports['console']!, {
      DATABASE_URL: hubDatabase,
      SESSION_KEY_FILE: keys.session.file,
    }),
  ])
  const info = { ...(await describe(options, keys, ports, hubDatabase)), pids: supervisor.pids() }
  const write = serialWriter(options.file)
  const writePids = (): void => void write({ ...info, pids: supervisor.pids() })
  await write(info)
  return { info, keys, writePids }
}

const hubName = (i: number): string => (i === 0 ? 'hub' : `hub-${i + 1}`)
export const issuerOf = (participant: string): string =>
  `https://id.police.${participant.toLowerCase()}.example`

const seedRegistry = async (url: string, keys: DemoKeys): Promise<void> => {
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
 * Topics and, where Kafka asks who is there, access rules and passwords, as
 * `switchboard admin kafka apply` makes them.
 */
const prepareKafka = async (
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

const servicePorts = (folder: string, hubs: number): Promise<Record<string, number>> => {
  const names = [
    ...Array.from({ length: hubs }, (_, i) => hubName(i)),
    ...demoGateways.map((p) => `gateway-${p}`),
    'feeds',
    'console',
  ]
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

const describe = async (
  options: SystemOptions,
  keys: DemoKeys,
  ports: Record<string, number>,
  hubDatabase: string,
): Promise<Omit<SystemFile, 'pids'>> => {
  const url = (name: string): string => `http://127.0.0.1:${ports[name]}`
  const gatewayToken = (p: (typeof demoGateways)[number]): Promise<string> =>
    mintToken(
      keys.issuer[p],
      {
        iss: issuerOf(p),
        aud: `gateway-${p}`,
        sub: `system@${issuerOf(p).slice(8)}`,
        agency: demoAgencies.find((a) => a.participant === p)!.id,
        scope: 'notices:write notices:read',
      },
      options.tokenSeconds,
    )
  const operator = (role: string, more: object = {}): Promise<string> =>
    mintToken(
      keys.session,
      { iss: 'switchboard-console', aud: 'console', sub: `${role}@demo`, role, ...more },
      options.tokenSeconds,
    )
  return {
    gateways: await entries(demoGateways, async (p) => ({
      url: url(`gateway-${p}`),
      token: await gatewayToken(p),
    })),
    feeds: {
      url: url('feeds'),
      agencies: Object.fromEntries(
        await Promise.all(
          keys.clients.map(
            async (c) =>
              [
                c.agency,
                {
                  token: await clientToken(url('feeds'), c.id, c.secret),
                  clientId: c.id,
                  clientSecret: c.secret,
                },
              ] as const,
          ),
        ),
      ),
    },
    console: {
      url: url('console'),
      tokens: {
        viewer: await operator('viewer'),
        operator: await operator('operator'),
        admin: await operator('admin'),
      },
    },
    ncb: await entries(
      demoParticipants.filter((p) => p.type !== 'corporate-partner').map((p) => p.id),
      async (p) => ({ token: await operator('ncb', { participant: p }) }),
    ),
    kafka: { brokers: options.brokers, ...(options.secured && { admin: options.secured.admin }) },
    database: { url: hubDatabase },
    keys: {
      ...Object.fromEntries(demoGateways.map((p) => [p, publicJwk(keys.notice[p])])),
      'hub.reply': publicJwk(keys.reply),
      'hub.checkpoint': publicJwk(keys.checkpoint),
    },
  }
}

const publicJwk = ({ jwk, kid }: { jwk: object; kid: string }): object => ({ ...jwk, kid })

const entries = async <K extends string, V>(
  names: readonly K[],
  make: (name: K) => Promise<V>,
): Promise<Record<K, V>> =>
  Object.fromEntries(
    await Promise.all(names.map(async (n) => [n, await make(n)] as const)),
  ) as Record<K, V>

/** RFC 6749 §4.4, as any agency does it. */
export const clientToken = async (
  feedsUrl: string,
  id: string,
  secret: string,
): Promise<string> => {
  const response = await fetch(`${feedsUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secret,
    }),
  })
  if (!response.ok)
    throw new Error(`no token for ${id}: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { access_token: string }).access_token
}

/**
 * Writes whole files only, one after the other, the newest last: a reader never sees half of one.
 */
const serialWriter = (file: string): ((content: object) => Promise<void>) => {
  let last = Promise.resolve()
  return (content) =>
    (last = last.then(async () => {
      await writeFile(`${file}.part`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 })
      await rename(`${file}.part`, file)
    }))
}

/** For what is not there at once, such as a token right after a start. */
export const within = async <T>(
  ms: number,
  what: string,
  attempt: () => Promise<T | undefined>,
): Promise<T> => {
  const until = Date.now() + ms
  for (;;) {
    const found = await attempt()
    if (found !== undefined) return found
    if (Date.now() > until) throw new Error(`${what}: not within ${ms} ms`)
    await delay(50)
  }
}
