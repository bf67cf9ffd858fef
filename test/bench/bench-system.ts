import { resolve } from 'node:path'
import { createPool } from '#runtime/postgres/pool.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { createLog } from '#runtime/process/log.ts'
import type { MessageLog } from '#runtime/kafka/message-log.ts'
import { kafkaEnvironment, environmentKafka } from '#deploy/local/settings-environment.ts'
import { projectFolder } from '#deploy/local/project.ts'
import { runSystem, type TestSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'
import type { Pool } from 'pg'

/**
 * The whole system as it is shipped, alone on its own Kafka and PostgreSQL, with ways to look into
 * it.
 */
export type BenchSystem = TestSystem & {
  /** The hub's database. */
  readonly pool: Pool
  readonly messages: MessageLog
  /** The only hub process, or another one by its name. */
  readonly stopHub: (name?: string) => Promise<void>
  readonly startHub: (name?: string) => Promise<void>
  /** Resolves when the hub has answered all that was posted to the gateways. */
  readonly settled: () => Promise<void>
  /** Notes the processes that run now. */
  readonly remember: () => void
  /** Every process of the run by pid, those included that have ended. */
  readonly processes: () => ReadonlyMap<number, string>
  readonly close: () => Promise<void>
}

/**
 * The bounds of one client are lifted, because one client stands for many. All other settings are
 * those shipped.
 */
const settings = {
  REQUESTS_PER_MINUTE: '10000000',
  STREAMS_PER_CLIENT: '10000',
  STREAMS_PER_AGENCY: '10000',
  STREAMS_PER_PARTICIPANT: '10000',
}

export const startBenchSystem = async (
  env: Readonly<Record<string, string>>,
): Promise<BenchSystem> => {
  const ends: (() => unknown)[] = []
  const system = await runSystem({ teardown: (end) => void ends.push(end) }, 'bench', {
    env: { ...settings, ...env },
    tokenSeconds: 12 * 3600,
  })
  const { supervisor, brokers, info, keys } = system
  const log = createLog({ service: 'bench', level: 'error' })
  const pool = createPool({
    url: info.database.url,
    max: 10,
    statementTimeoutMs: 600_000,
    applicationName: 'bench',
    log,
  })
  const messages = createKafkaMessageLog({ brokers, clientId: 'bench', log })
  const processes = new Map<number, string>()
  const remember = (): void =>
    Object.entries(supervisor.pids()).forEach(([name, pid]) => processes.set(pid, name))
  remember()
  const hub = {
    command: process.execPath,
    args: [resolve(projectFolder, 'services/hub/main.ts')],
    cwd: projectFolder,
    ready: async () => true,
    env: {
      ...kafkaEnvironment(environmentKafka(brokers)),
      DATABASE_URL: system.databases.hub.logins['hub']!,
      REPLY_KEY_FILE: keys.reply.file,
      MATCH_KEY_FILE: keys.matchFile,
      HOST: '127.0.0.1',
      PORT: '0',
      ...env,
    },
  }
  return {
    ...system,
    pool,
    messages,
    stopHub: (name = 'hub') => supervisor.stop(name),
    startHub: async (name = 'hub') => {
      await supervisor.start(name, hub)
      remember()
    },
    settled: () => settled(system),
    remember,
    processes: () => processes,
    close: async () => {
      await messages.close()
      await pool.end()
      for (const end of ends) await end()
    },
  }
}

const settled = async ({ info }: TestSystem): Promise<void> => {
  for (const { url } of Object.values(info.gateways)) {
    await until(
      `nothing open at ${url}`,
      async () =>
        /^switchboard_outbox_open\S* 0$/m.test(await (await fetch(`${url}/metrics`)).text()),
      600_000,
    )
  }
}
