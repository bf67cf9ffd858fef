import { connect } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'
import { makeCertificates } from '#deploy/tls/certificates.ts'
import type { KafkaSecurity } from '#runtime/kafka/client.ts'
import { kafkaSecurity } from '#runtime/kafka/security.ts'
import {
  clusterAttempts,
  connectTo,
  groupAttempts,
  isRefusal,
  outcomeOf,
  topicAttempts,
  transactionAttempts,
} from '#test/support/kafka-attempts.ts'
import {
  folder,
  ports,
  doors,
  clients,
  brokers,
  countries,
  securityOf,
  accessAdmin,
} from './world.ts'

export const reach = async (t: Test): Promise<void> => {
  type Reach = {
    readonly topics: Readonly<Record<string, readonly (keyof typeof topicAttempts)[]>>
    readonly group?: string
  }

  /** The requests that `write` and `read` allow. All others are refused. */
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

  /**
   * The number of bytes that answer an ApiVersions request without TLS. A TLS alert does not count.
   */
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
    const stranger = await makeCertificates(join(folder, 'stranger'), [
      { name: 'admin', hosts: [] },
    ])
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
}
