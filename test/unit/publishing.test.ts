import t from 'tap'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { createLog } from '#runtime/process/log.ts'
import { createPublishQueue, fail, isAbandoned, succeed } from '#runtime/kafka/publish-queue.ts'

const record = (bytes: number, key = 'k') => ({ key, value: Buffer.alloc(bytes) })

await t.test(
  'what waits to be published is bounded by name, and a send by what a broker takes per topic',
  async (t) => {
    const queue = createPublishQueue(3_000_000)
    void queue.add('a', [record(500_000)])
    void queue.add('b', [record(500_000)])
    void queue.add('a', [record(500_000)])
    void queue.add('b', [record(10)])
    t.throws(() => queue.add('c', [record(2_000_000)]), { code: 'message-log/full' })
    t.strictSame(
      queue.take().map(({ topic }) => topic),
      ['a', 'b'],
      'the second of a would be too much, and nothing overtakes it',
    )
    t.strictSame(
      queue.take().map(({ topic }) => topic),
      ['a', 'b'],
    )
    t.equal(queue.size, 0)
    void queue.add('c', [record(2_000_000)])
    t.equal(
      queue.take().length,
      1,
      'a record larger than a send goes alone, for the broker to refuse',
    )
  },
)

await t.test(
  'a long publish resolves with its last part, and stops with the first part that fails',
  async (t) => {
    const queue = createPublishQueue(10_000_000)
    const long = Array.from({ length: 4 }, () => record(500_000))
    let settled = false
    const whole = queue.add('a', long).then(() => (settled = true))
    for (const part of queue.takeAll()) {
      t.notOk(settled)
      succeed(part)
      await Promise.resolve()
    }
    await whole
    t.ok(settled)
    const broken = queue.add('a', long)
    const [first, ...rest] = queue.takeAll()
    fail(first!, new Error('lost'))
    await t.rejects(broken, /lost/)
    t.ok(rest.every(isAbandoned))
    await queue.add('a', [])
  },
)

await t.test('where no broker listens everything rejects by name, and closing ends', async (t) => {
  const messages = createKafkaMessageLog({
    brokers: ['127.0.0.1:1'],
    clientId: 'test',
    log: createLog({ service: 's', level: 'silent' }),
  })
  const unavailable = { code: 'message-log/unavailable' }
  await Promise.all([
    t.rejects(messages.publish('a', [record(1)]), unavailable),
    t.rejects(
      messages.consume({
        groupId: 'g',
        topics: ['a'],
        onRecords: async () => undefined,
        onCrash: () => t.fail(),
      }),
      unavailable,
    ),
    t.rejects(messages.admin.existingTopics(['a']), unavailable),
  ])
  await messages.close()
  await t.rejects(messages.publish('a', [record(1)]), { code: 'message-log/closed' })
})
