import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type {
  Consumption,
  ConsumeOptions,
  InRecord,
  MessageLog,
  OutRecord,
} from '#runtime/kafka/message-log.ts'
import { uniqueName } from './names.ts'
import { until } from './until.ts'

/** What the suite needs beside the port. */
export type MessageLogUnderTest = {
  readonly make: () => MessageLog
  /** Removes all records of partition 0, as retention does. */
  readonly truncate: (topic: string) => Promise<void>
  /**
   * Makes the group refuse every member that joins, for good. Resolves with the function that ends
   * it.
   */
  readonly spoilGroup: (groupId: string, topic: string) => Promise<() => Promise<void>>
}

const topicNames = [
  'round',
  'order',
  'again',
  'beside',
  'commit',
  'first',
  'second',
  'stop',
  'shared',
  'large',
  'full',
  'closing',
  'gap',
  'long',
  'crash',
  'many',
] as const
type Topic = (typeof topicNames)[number]

const text = (key: string, value: string): OutRecord => ({ key, value: Buffer.from(value) })
const valueOf = (record: InRecord): string => Buffer.from(record.value).toString()
const rejection = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/**
 * The contract of MessageLog (`services/runtime/kafka/message-log.ts`) as tests: whatever adapter
 * takes the place of kafkajs passes them.
 */
export const messageLogSuite = async (
  t: Test,
  { make, truncate, spoilGroup }: MessageLogUnderTest,
): Promise<void> => {
  const log = make()
  t.teardown(() => log.close())
  const topics = Object.fromEntries(topicNames.map((name) => [name, uniqueName(name)])) as Record<
    Topic,
    string
  >
  const partitionsOf = (name: Topic): number => ({ order: 3, shared: 4 })[name as string] ?? 1
  const specs = topicNames.map((name) => ({
    topic: topics[name],
    partitions: partitionsOf(name),
    replicationFactor: 1,
    config: { 'retention.ms': '3600000' },
  }))
  const created = await log.admin.createTopics(specs)
  await delay(3_000) // a group that joins sooner rejoins dozens of times

  /** A consumer of a group of its own that keeps what it gets. */
  const consume = async (
    t: Test,
    names: readonly string[],
    options: Partial<ConsumeOptions> = {},
    by = log,
  ) => {
    const got: InRecord[] = []
    const groupId = uniqueName('group')
    const crashes: unknown[] = []
    const consumption = await by.consume({
      groupId,
      topics: names,
      onRecords: async (records) => void got.push(...records),
      onCrash: (error) => crashes.push(error),
      ...options,
    })
    t.teardown(() => consumption.stop())
    return { got, groupId: options.groupId ?? groupId, consumption, crashes }
  }
  const lagOf = async (groupId: string, topic: string): Promise<number> =>
    (await log.admin.groupLag(groupId, [topic])).reduce((sum, { lag }) => sum + lag, 0)

  // Begun first and checked last, because it takes longer than the shortest session that brokers
  // allow.
  const long = {
    calls: 0,
    options: {
      sessionTimeoutMs: 6_000,
      onRecords: async () => {
        long.calls++
        await delay(7_500)
      },
    },
  }
  await log.publish(topics.long, [text('a', '1')])
  const { groupId: longGroup } = await consume(t, [topics.long], long.options)

  await t.test('topics are created once, and only those that exist are named', async (t) => {
    t.strictSame(
      created,
      specs.map(({ topic }) => topic),
    )
    t.strictSame(await log.admin.createTopics(specs), [])
    t.strictSame(await log.admin.existingTopics([topics.round, 'no-such-topic']), [topics.round])
  })

  await t.test(
    'a record arrives as it was published: bytes, key, headers, place and time',
    async (t) => {
      const value = Buffer.from([0, 255, 10, 13, 0xc3, 0x28])
      const before = Date.now()
      await log.publish(topics.round, [
        { key: 'ключ', value, headers: { id: 'ü' } },
        text('k2', ''),
      ])
      const { got } = await consume(t, [topics.round])
      await until('both are there', () => got.length === 2)
      t.match(got[0], {
        topic: topics.round,
        partition: 0,
        offset: '0',
        key: 'ключ',
        headers: { id: 'ü' },
        lag: 1,
      })
      t.ok(Buffer.from(got[0]!.value).equals(value))
      t.ok(got[0]!.timestampMs >= before && got[0]!.timestampMs <= Date.now())
      t.match(got[1], { offset: '1', key: 'k2', lag: 0 })
      t.equal(got[1]!.value.length, 0)
    },
  )

  await t.test(
    'records of one key keep the order in which publish was called, over partitions and ' +
      'concurrent calls',
    async (t) => {
      const { got } = await consume(t, [topics.order])
      const calls = Array.from({ length: 300 }, (_, i) =>
        log.publish(topics.order, [text(`key-${i % 7}`, String(i)), text(`key-${i % 7}`, `${i}b`)]),
      )
      await Promise.all(calls)
      await until('all are there', () => got.length === 600)
      t.equal(new Set(got.map(({ partition }) => partition)).size, 3, 'over all partitions')
      for (const [key, records] of Map.groupBy(got, (record) => record.key)) {
        const k = Number(key?.slice(4))
        const expected = Array.from({ length: 300 }, (_, i) => i)
          .filter((i) => i % 7 === k)
          .flatMap((i) => [String(i), `${i}b`])
        t.strictSame(records.map(valueOf), expected, key ?? '')
      }
    },
  )

  await t.test(
    'records whose handler rejects come again, while another partition goes on',
    async (t) => {
      const seen: string[] = []
      let rejects = 2
      const onRecords = async (records: readonly InRecord[]): Promise<void> => {
        seen.push(...records.map(valueOf))
        if (records[0]?.topic === topics.again && rejects-- > 0) throw new Error('not now')
      }
      await log.publish(topics.again, [text('a', 'a1'), text('a', 'a2')])
      const { groupId } = await consume(t, [topics.again, topics.beside], { onRecords })
      await until('rejected once', () => rejects < 2)
      await log.publish(topics.beside, [text('b', 'b1')])
      await until('the other is handled', () => seen.includes('b1'))
      await until('all are taken', async () => (await lagOf(groupId, topics.again)) === 0)
      t.strictSame(
        seen.filter((value) => value !== 'b1'),
        ['a1', 'a2', 'a1', 'a2', 'a1', 'a2'],
      )
    },
  )

  await t.test('an offset is committed only after the handler has resolved', async (t) => {
    const gate = Promise.withResolvers<void>()
    await log.publish(topics.commit, [text('a', '1'), text('a', '2'), text('a', '3')])
    let entered = false
    const { groupId } = await consume(t, [topics.commit], {
      onRecords: () => {
        entered = true
        return gate.promise
      },
    })
    await until('the handler runs', () => entered)
    await delay(500)
    t.equal(await lagOf(groupId, topics.commit), 3)
    gate.resolve()
    await until('it is committed', async () => (await lagOf(groupId, topics.commit)) === 0)
  })

  await t.test(
    'a restart takes up other topics and gives up earlier ones; with a missing one it rejects ' +
      'and changes nothing',
    async (t) => {
      const { got, groupId, consumption } = await consume(t, [topics.first])
      const values = () => got.map(valueOf)
      await log.publish(topics.first, [text('a', 'one')])
      await until('the first topic is read', () => values().includes('one'))
      t.match(await rejection(consumption.restart([topics.second, 'no-such-topic'])), {
        code: 'message-log/topic-missing',
        message: /no-such-topic; create with: switchboard admin kafka apply/,
      })
      await log.publish(topics.first, [text('a', 'two')])
      await until('it goes on as before', () => values().includes('two'))
      const before = consumption.lastProgressAt
      await consumption.restart([topics.second])
      await log.publish(topics.second, [text('a', 'three')])
      await until('the second topic is read', () => values().includes('three'))
      t.ok(consumption.lastProgressAt > before)
      await log.publish(topics.first, [text('a', 'four')])
      await delay(500)
      t.notOk(values().includes('four'))
      await Promise.all([
        consumption.restart([topics.first]),
        consumption.restart([topics.first, topics.second]),
      ])
      await until('what came meanwhile is read, from where it was left', () =>
        values().includes('four'),
      )
      t.strictSame(values(), ['one', 'two', 'three', 'four'])
      await until('all is committed', async () => (await lagOf(groupId, topics.first)) === 0)
    },
  )

  await t.test(
    'stop waits for the handler and commits it, so that the next of the group gets none of it',
    async (t) => {
      const groupId = uniqueName('group')
      await log.publish(topics.stop, [text('a', '1')])
      let finished = false
      let entered = false
      const { consumption } = await consume(t, [topics.stop], {
        groupId,
        onRecords: async () => {
          entered = true
          await delay(700)
          finished = true
        },
      })
      await until('the handler runs', () => entered)
      await Promise.all([consumption.stop(), consumption.stop()])
      t.ok(finished)
      t.equal(await lagOf(groupId, topics.stop), 0)
      await log.publish(topics.stop, [text('a', '2')])
      const { got } = await consume(t, [topics.stop], { groupId })
      await until('the next is read', () => got.length > 0)
      t.strictSame(got.map(valueOf), ['2'])
    },
  )

  await t.test(
    'two of a group share the partitions, and one takes over what the other leaves',
    async (t) => {
      const groupId = uniqueName('group')
      const other = make()
      t.teardown(() => other.close())
      const one = await consume(t, [topics.shared], { groupId })
      const two = await consume(t, [topics.shared], { groupId }, other)
      const send = (from: number, count: number) =>
        log.publish(
          topics.shared,
          Array.from({ length: count }, (_, i) => text(`k${i}`, String(from + i))),
        )
      const all = () => new Set([...one.got, ...two.got].map(valueOf))
      let sent = 0
      await until(
        'both have a part',
        async () => {
          await send(sent, 20)
          sent += 20
          return one.got.length > 0 && two.got.length > 0
        },
        20_000,
      )
      await two.consumption.stop()
      await send(sent, 20)
      await until('everything is read by one of them', () => all().size === sent + 20, 20_000)
      t.strictSame([...one.crashes, ...two.crashes], [])
    },
  )

  await t.test(
    'a missing topic is named, with the command that makes it, and is not made by asking',
    async (t) => {
      const missing = {
        code: 'message-log/topic-missing',
        message: /no-such-topic; create with: switchboard admin kafka apply/,
      }
      t.match(await rejection(consume(t, ['no-such-topic'])), missing)
      t.match(await rejection(log.publish('no-such-topic', [text('a', '1')])), missing)
      t.strictSame(await log.admin.existingTopics(['no-such-topic']), [])
    },
  )

  await t.test(
    'what the broker refuses is rejected alone; what was published beside it is there',
    async (t) => {
      const [large, beside, missing] = await Promise.all([
        rejection(log.publish(topics.large, [{ key: 'a', value: Buffer.alloc(2_000_000) }])),
        rejection(log.publish(topics.large, [text('a', 'small')])),
        rejection(log.publish('no-such-topic', [text('a', '1')])),
      ])
      t.match(large, { code: 'message-log/refused' })
      t.equal(beside, undefined)
      t.match(missing, { code: 'message-log/topic-missing' })
      const { got } = await consume(t, [topics.large])
      await until('it is there', () => got.some((record) => valueOf(record) === 'small'))
      t.match(await rejection(log.publish(topics.large, [text('', '1')])), {
        message: 'a record needs a key',
      })
      await log.publish(topics.large, [])
    },
  )

  await t.test(
    'more than the bound waiting is refused by name, and what was taken is written',
    async (t) => {
      const record = { key: 'a', value: Buffer.alloc(800_000) }
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => rejection(log.publish(topics.full, [record]))),
      )
      const taken = outcomes.filter((error) => error === undefined).length
      t.ok(taken > 20 && taken < 50)
      for (const error of outcomes)
        if (error !== undefined) t.match(error, { code: 'message-log/full' })
      t.equal((await log.admin.groupLag(uniqueName('group'), [topics.full]))[0]?.end, taken)
    },
  )

  await t.test('a publish of more than one send arrives whole and in order', async (t) => {
    const records = Array.from({ length: 3_000 }, (_, i) => ({
      key: 'a',
      value: Buffer.from(String(i).padEnd(1_000)),
    }))
    await log.publish(topics.many, records)
    const { got } = await consume(t, [topics.many])
    await until('all are there', () => got.length === 3_000)
    t.ok(got.every((record, i) => Number(valueOf(record)) === i))
  })

  await t.test(
    'records that retention removed unread are reported, and reading goes on behind them ' +
      '(threat F6)',
    async (t) => {
      const groupId = uniqueName('group')
      await log.publish(topics.gap, [text('a', '1')])
      const before = await consume(t, [topics.gap], { groupId })
      await until('the first is committed', async () => (await lagOf(groupId, topics.gap)) === 0)
      await before.consumption.stop()
      await log.publish(topics.gap, [text('a', '2'), text('a', '3')])
      await truncate(topics.gap)
      await log.publish(topics.gap, [text('a', '4')])
      const gaps: object[] = []
      const { got } = await consume(t, [topics.gap], { groupId, onGap: (gap) => gaps.push(gap) })
      await until('the last is read', () => got.length > 0)
      t.strictSame(got.map(valueOf), ['4'])
      t.strictSame(gaps, [{ topic: topics.gap, partition: 0 }])
    },
  )

  await t.test(
    'a consumer that stops for good says so once, and consume rejects (threat F7)',
    async (t) => {
      const groupId = uniqueName('group')
      const mend = await spoilGroup(groupId, topics.crash)
      t.teardown(mend)
      const crashes: unknown[] = []
      const consumed = await rejection(
        log.consume({
          groupId,
          topics: [topics.crash],
          onRecords: async () => undefined,
          onCrash: (error) => crashes.push(error),
        }),
      )
      t.ok(consumed instanceof Error)
      await delay(200)
      t.equal(crashes.length, 1)
    },
  )

  await t.test('closing sends what waits and takes nothing after it', async (t) => {
    const closing = make()
    const { consumption } = await consume(t, [topics.closing], {}, closing)
    const sent = Promise.all(
      Array.from({ length: 20 }, (_, i) => closing.publish(topics.closing, [text('a', String(i))])),
    )
    await closing.close()
    await sent
    t.equal((await log.admin.groupLag(uniqueName('group'), [topics.closing]))[0]?.end, 20)
    t.match(await rejection(closing.publish(topics.closing, [text('a', 'x')])), {
      code: 'message-log/closed',
    })
    t.match(
      await rejection(
        closing.consume({
          groupId: 'x',
          topics: [topics.closing],
          onRecords: async () => undefined,
          onCrash: () => undefined,
        }),
      ),
      { code: 'message-log/closed' },
    )
    await (consumption satisfies Consumption).stop()
  })

  await t.test(
    'a handler may take longer than the session without losing its partition',
    async (t) => {
      await until(
        'it is committed',
        async () => (await lagOf(longGroup, topics.long)) === 0,
        20_000,
      )
      t.equal(long.calls, 1)
    },
  )
}
