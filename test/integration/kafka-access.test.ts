import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { produceV9 } from '@platformatic/kafka'
import t, { type Test } from 'tap'
import { defaultRates, gatewayPrincipal } from '#core/kafka/access.ts'
import { embeddedProblem } from '#deploy/local/embedded.ts'
import { secureKafka } from '#deploy/local/kafka/secured.ts'
import { planKafka } from '#deploy/local/kafka/kafka.ts'
import { choosePorts } from '#deploy/local/processes/ports.ts'
import { supervise } from '#deploy/local/processes/supervisor.ts'
import { makeCertificates, opensslProblem } from '#deploy/tls/certificates.ts'
import { createKafkaAccessAdmin } from '#runtime/kafka/access-admin.ts'
import type { KafkaSecurity } from '#runtime/kafka/client.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'
import { readSecret } from '#runtime/files/secret-file.ts'
import { createLog } from '#runtime/process/log.ts'
import type { InRecord, MessageLog } from '#runtime/kafka/message-log.ts'
import { importRegistry } from '#store/registry/import.ts'
import { run } from '../../services/cli/program.ts'
import { startTestConsole } from '#test/support/console.ts'
import {
  clusterAttempts,
  connectTo,
  groupAttempts,
  isRefusal,
  outcomeOf,
  topicAttempts,
  transactionAttempts,
} from '#test/support/kafka-attempts.ts'
import { until } from '#test/support/until.ts'

const problem = (await embeddedProblem()) ?? (await opensslProblem())
if (problem !== undefined) {
  t.plan(0, problem)
  process.exit(0)
}

t.setTimeout(170_000)
const log = createLog({ service: 'test', level: 'silent' })
const folder = await mkdtemp(join(tmpdir(), 'switchboard-access-'))
const passwords = join(folder, 'passwords')
const ports = await choosePorts(folder, {
  kafka: 'ACCESS_KAFKA_PORT',
  kafkaTls: 'ACCESS_KAFKA_TLS_PORT',
  controller: 'ACCESS_KAFKA_CONTROLLER_PORT',
})
const { settings, doors } = await secureKafka(folder, ports)
const adminSecurity = kafkaSecurity(doors.admin)
const [clients = '', brokers = ''] = [...doors.services.kafkaBrokers, ...doors.admin.kafkaBrokers]
const supervisor = await supervise({ folder })
t.teardown(async () => {
  await supervisor.stopAll()
  await rm(folder, { recursive: true, force: true })
})
/** Short, so that a test sees it end. */
const sessionMs = 12_000
await supervisor.start(
  'kafka',
  await planKafka(folder, ports, () => undefined, {
    settings: { ...settings, 'listener.name.clients.connections.max.reauth.ms': sessionMs },
    broker: brokers,
    security: adminSecurity,
  }),
)

const kafkaArguments = [
  '--brokers',
  brokers,
  '--tls-ca',
  doors.admin.kafkaTlsCaFile!,
  '--tls-cert',
  doors.admin.kafkaTlsCertFile!,
  '--tls-key',
  doors.admin.kafkaTlsKeyFile!,
]

const cli = async (
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
const applyKafka = async (...more: readonly string[]): ReturnType<typeof cli> => {
  const answer = await cli([
    'admin',
    'kafka',
    'apply',
    '--database',
    database,
    '--passwords',
    passwords,
    ...kafkaArguments,
    ...more,
  ])
  if (answer.code !== 0) throw new Error(answer.err.join('\n'))
  return answer
}

const countries = ['TH', 'KH', 'JP']
const {
  database,
  token,
  url: consoleUrl,
} = await startTestConsole(t, (pool) =>
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
/** A change at the console, by two persons. */
const agreed = async (...args: readonly string[]): Promise<void> => {
  const as = async (sub: string, ...more: readonly string[]): Promise<string> => {
    const { code, out, err } = await cli([
      'admin',
      ...more,
      '--console',
      consoleUrl,
      '--token',
      await token({ sub, role: 'admin' }),
      '--why',
      'test',
    ])
    if (code !== 0) throw new Error(err.join('\n'))
    return out[0]!
  }
  await as('ada', 'proposal', 'approve', await as('otto', ...args))
}

const securityOf = (user: string, password = readSecret(join(passwords, user))): KafkaSecurity => ({
  ...kafkaSecurity(doors.services),
  sasl: { mechanism: 'scram-sha-512', username: user, password },
})
const accessAdmin = createKafkaAccessAdmin({ brokers: [brokers], security: adminSecurity })
t.teardown(() => accessAdmin.close())

const open = (t: Pick<Test, 'teardown'>, user: string): MessageLog => {
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

await t.test(
  '`admin kafka apply` shows its plan, does it, and has nothing to do when it runs again',
  async (t) => {
    const dry = await applyKafka('--dry-run')
    t.same(dry.err, ['nothing changed'])
    t.same(
      dry.out.filter((line) => !line.startsWith('+ ')),
      [],
      'all of it is to be made',
    )
    for (const line of [
      '+ topic submitted.TH (partitions 1, replication 1, retention 168 h)',
      '+ user gateway-TH, with a password',
      '+ gateway-TH sends at most 4096 KiB/s and receives at most 4096 KiB/s',
      '+ gateway-TH may write topic submitted.TH',
      '+ gateway-TH may read topic replies.TH',
      '+ gateway-TH may read group gateway-TH',
      '+ hub may read topic submitted.*',
      '+ hub may write topic replies.*',
      '+ hub may read group hub-intake',
      '+ user gateway-JP, with a password',
    ])
      t.ok(dry.out.includes(line), line)
    t.notOk(
      dry.out.some((line) => line.includes('EXCHANGE-1')),
      'a corporate partner does not reach Kafka',
    )
    t.same((await accessAdmin.read()).rules, [], 'and nothing is made')
    await applyKafka()
    const again = await applyKafka()
    t.same(again.err, ['nothing to do'])
    t.same(
      again.out.filter((line) => !line.startsWith('= ')),
      [],
    )
    t.same((await readdir(passwords)).toSorted(), ['gateway-JP', 'gateway-KH', 'gateway-TH', 'hub'])
    t.equal(
      (await stat(join(passwords, 'gateway-TH'))).mode & 0o777,
      0o600,
      'nobody else reads a password',
    )
  },
)

const [gateway, hub] = [open(t, 'gateway-TH'), open(t, 'hub')]
const got: InRecord[] = []
const openedAt = performance.now()

await t.test('gateway and hub do their work: each way, through the adapter they use', async (t) => {
  const keep = async (records: readonly InRecord[]): Promise<void> => void got.push(...records)
  await delay(3_000) // topics that were made a moment ago have a group rejoin dozens of times
  const crashed = (error: unknown): void => void t.fail(String(error))
  await Promise.all([
    hub.consume({
      groupId: 'hub-intake',
      topics: countries.map((p) => `submitted.${p}`),
      onRecords: keep,
      onCrash: crashed,
    }),
    gateway.consume({
      groupId: 'gateway-TH',
      topics: ['replies.TH'],
      onRecords: keep,
      onCrash: crashed,
    }),
  ])
  await gateway.publish('submitted.TH', [{ key: 'k', value: Buffer.from('notice') }])
  await hub.publish('replies.TH', [{ key: 'k', value: Buffer.from('receipt') }])
  await until('both arrive', () => got.length === 2, 20_000)
  t.same(
    new Map(got.map((r) => [r.topic, Buffer.from(r.value).toString()])),
    new Map([
      ['submitted.TH', 'notice'],
      ['replies.TH', 'receipt'],
    ]),
  )
  t.same(
    await gateway.admin.existingTopics([
      'submitted.TH',
      'replies.TH',
      'submitted.KH',
      'replies.KH',
    ]),
    ['submitted.TH', 'replies.TH'],
    'a gateway sees no other topic',
  )
})

type Reach = {
  readonly topics: Readonly<Record<string, readonly (keyof typeof topicAttempts)[]>>
  readonly group?: string
}
/** What `write` and `read` allow; everything else is refused. */
const writes = ['describe', 'produce', 'ask for offsets'] as const
const reads = ['describe', 'consume', 'ask for offsets', 'ask who produces'] as const

const checkReach = async (
  t: Test,
  security: KafkaSecurity,
  { topics, group }: Reach,
  broker = clients,
): Promise<number> => {
  const connection = await connectTo(broker, security)
  t.teardown(() => connection.close().catch(() => undefined))
  let refused = 0
  const check = async (
    what: string,
    allowed: boolean,
    attempt: Promise<unknown>,
  ): Promise<void> => {
    const outcome = await outcomeOf(attempt)
    if (isRefusal(outcome)) refused++
    if (isRefusal(outcome) === allowed) t.fail(`${what}: ${outcome}`)
  }
  for (const topic of [
    ...countries.flatMap((p) => [`submitted.${p}`, `replies.${p}`]),
    '__consumer_offsets',
    'other',
  ]) {
    for (const [name, attempt] of Object.entries(topicAttempts)) {
      await check(
        `${name} ${topic}`,
        (topics[topic] ?? []).includes(name as keyof typeof topicAttempts),
        attempt(connection, topic),
      )
    }
  }
  for (const other of ['hub-intake', 'gateway-TH', 'gateway-KH', 'gateway-TH-2', 'other'].filter(
    (name) => name !== group,
  )) {
    for (const [name, attempt] of Object.entries(groupAttempts))
      await check(`${name} group ${other}`, false, attempt(connection, other))
  }
  for (const [name, attempt] of Object.entries(transactionAttempts)) {
    for (const id of ['gateway-TH', 'other'])
      await check(`${name} transaction ${id}`, false, attempt(connection, id))
  }
  for (const [name, attempt] of Object.entries(clusterAttempts))
    await check(name, false, attempt(connection))
  return refused
}

const gatewayReach: Reach = {
  topics: { 'submitted.TH': writes, 'replies.TH': reads },
  group: 'gateway-TH',
}
const hubReach: Reach = {
  topics: Object.fromEntries(
    countries.flatMap(
      (p) =>
        [
          [`submitted.${p}`, reads],
          [`replies.${p}`, writes],
        ] as const,
    ),
  ),
  group: 'hub-intake',
}

await t.test(
  'a gateway writes its own topic, reads its own replies in its own group, and is refused ' +
    'everything else',
  async (t) => {
    t.comment(`${await checkReach(t, securityOf('gateway-TH'), gatewayReach)} attempts refused`)
  },
)

await t.test(
  'the hub reads what is submitted, writes replies, and is refused everything else',
  async (t) => {
    t.comment(`${await checkReach(t, securityOf('hub'), hubReach)} attempts refused`)
  },
)

await t.test('who has a password and no rules is refused everything', async (t) => {
  await accessAdmin.setPassword('feeds', 'a password of nobody in particular')
  const stranger = securityOf('feeds', 'a password of nobody in particular')
  t.comment(`${await checkReach(t, stranger, { topics: {} })} attempts refused`)
  await accessAdmin.removeUser('feeds')
})

await t.test(
  "a certificate shown to the brokers' own door gives the same rights as the password of its " +
    'common name',
  async (t) => {
    const made = await makeCertificates(join(folder, 'tls'), [{ name: 'gateway-TH', hosts: [] }])
    const { cert, key } = made.files('gateway-TH')
    const security = kafkaSecurity({
      kafkaBrokers: [brokers],
      kafkaTlsCaFile: made.ca,
      kafkaTlsCertFile: cert,
      kafkaTlsKeyFile: key,
    })
    t.comment(`${await checkReach(t, security, gatewayReach, brokers)} attempts refused`)
  },
)

/** Bytes that come back for an ApiVersions request without TLS, but a TLS alert. */
const plainAnswer = (): Promise<number> =>
  new Promise((resolve) => {
    let bytes = 0
    const socket = connect(ports.kafka, '127.0.0.1', () =>
      socket.write(Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255])),
    )
    socket
      .on('data', (chunk: Buffer) => (bytes += chunk[0] === 0x15 ? 0 : chunk.length))
      .on('error', () => undefined)
      .on('close', () => resolve(bytes))
    socket.setTimeout(2_000, () => socket.destroy())
  })

await t.test('who does not prove who it is does not get in', async (t) => {
  const rejects = (
    what: string,
    broker: string,
    security: KafkaSecurity,
    message: RegExp,
  ): Promise<unknown> =>
    t.rejects(
      connectTo(broker, security).then((c) => topicAttempts.describe(c, 'submitted.TH')),
      { message },
      what,
    )
  const { ssl } = kafkaSecurity(doors.services)
  t.match(
    await outcomeOf(connectTo(clients, securityOf('gateway-TH', 'wrong'))),
    /^failed: .*SASL authentication failed/,
    'a wrong password',
  )
  t.match(
    await outcomeOf(connectTo(clients, securityOf('gateway-XX', 'wrong'))),
    /^failed: .*SASL authentication failed/,
    'an unknown user',
  )
  t.match(
    await outcomeOf(
      connectTo(clients, { ssl: ssl! }).then((c) => topicAttempts.describe(c, 'submitted.TH')),
    ),
    /failed/,
    'no password',
  )
  await rejects("no certificate at the brokers' door", brokers, { ssl: ssl! }, /./)
  const stranger = await makeCertificates(join(folder, 'stranger'), [{ name: 'admin', hosts: [] }])
  const { cert, key } = stranger.files('admin')
  await rejects(
    'a certificate of another authority',
    brokers,
    kafkaSecurity({ ...doors.admin, kafkaTlsCertFile: cert, kafkaTlsKeyFile: key }),
    /./,
  )
  await rejects(
    'a broker of another authority',
    clients,
    kafkaSecurity({ ...doors.services, kafkaTlsCaFile: stranger.ca }),
    /certificate|connect/i,
  )
  t.equal(await plainAnswer(), 0, 'the broker answers nothing that is not TLS')
})

await t.test(
  'each principal has its byte rates, and whoever exceeds them is slowed down',
  async (t) => {
    const { rates } = await accessAdmin.read()
    t.same(Object.fromEntries(rates), {
      hub: defaultRates.hub,
      ...Object.fromEntries(countries.map((p) => [gatewayPrincipal(p), defaultRates.gateway])),
    })
    await accessAdmin.setRates('gateway-TH', { producer: 1024, consumer: 1024 })
    const connection = await connectTo(clients, securityOf('gateway-TH'))
    t.teardown(() => connection.close().catch(() => undefined))
    const send = async (): Promise<number> => {
      const answer = await produceV9.api.async(connection, -1, 5_000, [
        { topic: 'submitted.TH', partition: 0, value: Buffer.alloc(4096) },
      ])
      return typeof answer === 'object' ? answer.throttleTimeMs : 0
    }
    const throttled = await until(
      'it is throttled',
      async () => (await send()) || undefined,
      20_000,
    )
    t.ok(throttled > 0, `${throttled} ms`)
    const corrected = await applyKafka()
    t.same(
      corrected.out.filter((line) => !line.startsWith('= ')),
      ['+ gateway-TH sends at most 4096 KiB/s and receives at most 4096 KiB/s'],
      'what was changed by hand is put right',
    )
  },
)

await t.test(
  'rules of others that reach our topics are shown and left alone; ours that nothing calls ' +
    'for are removed',
  async (t) => {
    const rule = {
      permission: 'allow',
      operation: 'read',
      resource: 'topic',
      pattern: 'prefixed',
      name: 'sub',
      host: '*',
    }
    await accessAdmin.addRules([
      { principal: 'mirror', ...rule },
      { principal: 'gateway-TH', ...rule },
    ])
    const { out } = await applyKafka()
    t.same(
      out.filter((line) => !line.startsWith('= ')),
      ['- gateway-TH may read topic sub*', '! mirror may read topic sub*: not by this command'],
    )
    t.same(
      (await accessAdmin.read()).rules.filter((r) => r.name === 'sub').map((r) => r.principal),
      ['mirror'],
    )
  },
)

await t.test(
  'a changed password: the old one opens no connection, and one it had opened ends',
  async (t) => {
    const old = securityOf('gateway-JP')
    const connection = await connectTo(clients, old)
    t.equal(await outcomeOf(topicAttempts.describe(connection, 'submitted.JP')), 'done')
    const changed = await cli([
      'admin',
      'kafka',
      'password',
      'gateway-JP',
      '--passwords',
      passwords,
      ...kafkaArguments,
    ])
    t.equal(changed.code, 0, changed.err.join('\n'))
    t.match(
      await outcomeOf(connectTo(clients, old)),
      /^failed: .*SASL authentication failed/,
      'the old one',
    )
    t.equal(
      await outcomeOf(
        connectTo(clients, securityOf('gateway-JP')).then((c) =>
          topicAttempts.describe(c, 'submitted.JP').finally(() => void c.close()),
        ),
      ),
      'done',
      'the other',
    )
    await until(
      'the connection of the old one ends',
      async () => (await outcomeOf(topicAttempts.describe(connection, 'submitted.JP'))) !== 'done',
      sessionMs + 20_000,
    )
    await connection.close().catch(() => undefined)
    t.equal(
      (
        await cli([
          'admin',
          'kafka',
          'password',
          'gateway-XX',
          '--passwords',
          passwords,
          ...kafkaArguments,
        ])
      ).code,
      1,
      'nobody gets a password this way who has none',
    )
  },
)

await t.test('`admin kafka grow` gives a topic more partitions, and takes none back', async (t) => {
  const grown = await cli(['admin', 'kafka', 'grow', 'submitted.JP', '2', ...kafkaArguments])
  t.equal(grown.code, 0, grown.err.join('; '))
  for (const partitions of ['2', '1'])
    t.equal(
      (await cli(['admin', 'kafka', 'grow', 'submitted.JP', partitions, ...kafkaArguments])).code,
      1,
      partitions,
    )
})

await t.test(
  'a country that withdraws loses its access and its user at once, also on an open connection',
  async (t) => {
    const connection = await connectTo(clients, securityOf('gateway-KH'))
    t.teardown(() => connection.close().catch(() => undefined))
    t.equal(await outcomeOf(topicAttempts.produce(connection, 'submitted.KH')), 'done')
    await agreed('participant', 'withdraw', 'KH')
    const { out } = await applyKafka()
    t.same(
      out.filter((line) => line.startsWith('-')),
      [
        '- gateway-KH may write topic submitted.KH',
        '- gateway-KH may read topic replies.KH',
        '- gateway-KH may read group gateway-KH',
        '- byte rates of gateway-KH',
        '- user gateway-KH',
      ].toSorted((a, b) => out.indexOf(a) - out.indexOf(b)),
    )
    t.equal(
      await outcomeOf(topicAttempts.produce(connection, 'submitted.KH')),
      'TOPIC_AUTHORIZATION_FAILED',
    )
    t.match(
      await outcomeOf(connectTo(clients, securityOf('gateway-KH'))),
      /^failed: .*SASL authentication failed/,
    )
  },
)

await t.test(
  'connections that have lasted longer than a session have authenticated again, and go on',
  async (t) => {
    await delay(Math.max(0, openedAt + sessionMs - performance.now()))
    const before = got.length
    await gateway.publish('submitted.TH', [{ key: 'k', value: Buffer.from('later') }])
    await hub.publish('replies.TH', [{ key: 'k', value: Buffer.from('later') }])
    await until(
      'both arrive',
      () =>
        got.slice(before).filter((r) => Buffer.from(r.value).toString() === 'later').length === 2,
      20_000,
    )
    t.pass('by gateway and hub')
  },
)
