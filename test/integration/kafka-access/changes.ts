import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { connectTo, outcomeOf, topicAttempts } from '#test/support/kafka-attempts.ts'
import { until } from '#test/support/until.ts'
import {
  passwords,
  clients,
  sessionMs,
  kafkaArguments,
  cli,
  applyKafka,
  adminConsole,
  securityOf,
  logOf,
  got,
} from './world.ts'

export const changes = async (t: Test): Promise<void> => {
  /** A change at the console, by two persons. */
  const agreed = async (...args: readonly string[]): Promise<void> => {
    const as = async (sub: string, ...more: readonly string[]): Promise<string> => {
      const { code, out, err } = await cli([
        'admin',
        ...more,
        '--console',
        adminConsole.url,
        '--token',
        await adminConsole.token({ sub, role: 'admin' }),
        '--why',
        'test',
      ])
      if (code !== 0) throw new Error(err.join('\n'))
      return out[0]!
    }
    await as('ada', 'proposal', 'approve', await as('otto', ...args))
  }

  const openedAt = performance.now()

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
        async () =>
          (await outcomeOf(topicAttempts.describe(connection, 'submitted.JP'))) !== 'done',
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

  await t.test(
    '`admin kafka grow` gives a topic more partitions, and takes none back',
    async (t) => {
      const grown = await cli(['admin', 'kafka', 'grow', 'submitted.JP', '2', ...kafkaArguments])
      t.equal(grown.code, 0, grown.err.join('; '))
      for (const partitions of ['2', '1'])
        t.equal(
          (await cli(['admin', 'kafka', 'grow', 'submitted.JP', partitions, ...kafkaArguments]))
            .code,
          1,
          partitions,
        )
    },
  )

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
      await logOf('gateway-TH').publish('submitted.TH', [{ key: 'k', value: Buffer.from('later') }])
      await logOf('hub').publish('replies.TH', [{ key: 'k', value: Buffer.from('later') }])
      await until(
        'both arrive',
        () =>
          got.slice(before).filter((r) => Buffer.from(r.value).toString() === 'later').length === 2,
        20_000,
      )
      t.pass('by gateway and hub')
    },
  )
}
