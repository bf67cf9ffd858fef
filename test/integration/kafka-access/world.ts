import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { embeddedProblem } from '#deploy/local/embedded.ts'
import { secureKafka } from '#deploy/local/kafka/secured.ts'
import { planKafka } from '#deploy/local/kafka/kafka.ts'
import { choosePorts } from '#deploy/local/processes/ports.ts'
import { supervise } from '#deploy/local/processes/supervisor.ts'
import { opensslProblem } from '#deploy/tls/certificates.ts'
import { createKafkaAccessAdmin } from '#runtime/kafka/access-admin.ts'
import type { KafkaSecurity } from '#runtime/kafka/client.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'
import { readSecret } from '#runtime/files/secret-file.ts'
import { createLog } from '#runtime/process/log.ts'
import type { InRecord, MessageLog } from '#runtime/kafka/message-log.ts'
import { importRegistry } from '#store/registry/import.ts'
import { run } from '../../../services/cli/program.ts'
import { startTestConsole } from '#test/support/console.ts'

const problem = (await embeddedProblem()) ?? (await opensslProblem())

if (problem !== undefined) {
  t.plan(0, problem)
  process.exit(0)
}

t.setTimeout(170_000)

const log = createLog({ service: 'test', level: 'silent' })

export const folder = await mkdtemp(join(tmpdir(), 'switchboard-access-'))

export const passwords = join(folder, 'passwords')

export const ports = await choosePorts(folder, {
  kafka: 'ACCESS_KAFKA_PORT',
  kafkaTls: 'ACCESS_KAFKA_TLS_PORT',
  controller: 'ACCESS_KAFKA_CONTROLLER_PORT',
})

const secured = await secureKafka(folder, ports)

export const { doors } = secured

const adminSecurity = kafkaSecurity(doors.admin)

export const [clients = '', brokers = ''] = [
  ...doors.services.kafkaBrokers,
  ...doors.admin.kafkaBrokers,
]

const supervisor = await supervise({ folder })

t.teardown(async () => {
  await supervisor.stopAll()
  await rm(folder, { recursive: true, force: true })
})

/** A short session, so that a test sees its end. */
export const sessionMs = 12_000

await supervisor.start(
  'kafka',
  await planKafka(folder, ports, () => undefined, {
    settings: { ...secured.settings, 'listener.name.clients.connections.max.reauth.ms': sessionMs },
    broker: brokers,
    security: adminSecurity,
  }),
)

export const kafkaArguments = [
  '--brokers',
  brokers,
  '--tls-ca',
  doors.admin.kafkaTlsCaFile!,
  '--tls-cert',
  doors.admin.kafkaTlsCertFile!,
  '--tls-key',
  doors.admin.kafkaTlsKeyFile!,
]

export const cli = async (
  args: readonly string[],
  input = '',
): Promise<{ code: number; out: string[]; err: string[] }> => {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await run(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    read: async () => Buffer.from(input),
    signal: new AbortController().signal,
  })
  return {
    code,
    out: out.flatMap((text) => text.split('\n')),
    err: err.flatMap((text) => text.split('\n')),
  }
}

export const applyKafka = async (...more: readonly string[]): ReturnType<typeof cli> => {
  const answer = await cli([
    'admin',
    'kafka',
    'apply',
    '--database',
    adminConsole.database,
    '--passwords',
    passwords,
    ...kafkaArguments,
    ...more,
  ])
  if (answer.code !== 0) throw new Error(answer.err.join('\n'))
  return answer
}

export const countries = ['TH', 'KH', 'JP']

export const adminConsole = await startTestConsole(t, (pool) =>
  importRegistry(
    pool,
    { who: 'test', why: 'test' },
    {
      participants: [
        ...countries.map((id) => ({
          id,
          type: id === 'JP' ? ('dialogue-partner' as const) : ('member' as const),
          name: id,
        })),
        { id: 'EXCHANGE-1', type: 'corporate-partner', name: 'X', attachedTo: 'TH' },
      ],
    },
  ),
)

export const securityOf = (
  user: string,
  password = readSecret(join(passwords, user)),
): KafkaSecurity => ({
  ...kafkaSecurity(doors.services),
  sasl: { mechanism: 'scram-sha-512', username: user, password },
})

export const accessAdmin = createKafkaAccessAdmin({ brokers: [brokers], security: adminSecurity })

t.teardown(() => accessAdmin.close())

const open = (user: string): MessageLog => {
  const messages = createKafkaMessageLog({
    brokers: [clients],
    clientId: user,
    log,
    security: kafkaSecurity({
      ...doors.services,
      kafkaSaslUsername: user,
      kafkaSaslPasswordFile: join(passwords, user),
    }),
  })
  t.teardown(() => messages.close())
  return messages
}

const opened = new Map<string, MessageLog>()

/** The message log of a user, who has a password only once `admin kafka apply` has run. */
export const logOf = (user: 'gateway-TH' | 'hub'): MessageLog => {
  const messages = opened.get(user) ?? open(user)
  opened.set(user, messages)
  return messages
}

export const got: InRecord[] = []
