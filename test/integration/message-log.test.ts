import { AssignerProtocol, Kafka, logLevel } from 'kafkajs'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { createLog } from '#runtime/process/log.ts'
import { messageLogSuite } from '#test/support/message-log-suite.ts'
import { stack } from '#test/support/stack.ts'

const { brokers, security } = await stack()
const log = createLog({ service: 'test', level: 'silent' })
const make = () => createKafkaMessageLog({ brokers, security, clientId: 'test', log })
const kafka = new Kafka({
  brokers: [...brokers],
  ...security,
  clientId: 'test',
  logLevel: logLevel.NOTHING,
})

const truncate = async (topic: string): Promise<void> => {
  const admin = kafka.admin()
  await admin.connect()
  // loads the topic's metadata, without which the next call fails
  await admin.fetchTopicOffsets(topic)
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '-1' }] })
  await admin.disconnect()
}

/**
 * A member that knows only another way to deal partitions: the group refuses all other members with
 * INCONSISTENT_GROUP_PROTOCOL.
 */
const spoilGroup = async (groupId: string, topic: string): Promise<() => Promise<void>> => {
  const name = 'another'
  const version = 0
  const assigner = () => ({
    name,
    version,
    protocol: ({ topics }: { topics: string[] }) => ({
      name,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version,
        topics,
        userData: Buffer.alloc(0),
      }),
    }),
    assign: async () => [],
  })
  const consumer = kafka.consumer({ groupId, partitionAssigners: [assigner], maxWaitTimeInMs: 100 })
  const joined = Promise.withResolvers<void>()
  consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve())
  await consumer.connect()
  await consumer.subscribe({ topic })
  await consumer.run({ eachMessage: async () => undefined })
  await joined.promise
  return () => consumer.disconnect()
}

await messageLogSuite(t, { make, truncate, spoilGroup })

await t.test('a connection at rest arms no timer of negative length, and rests', async (t) => {
  const admin = kafka.admin()
  await admin.connect()
  t.teardown(() => admin.disconnect())
  await admin.listTopics()
  const armed = t.capture(globalThis, 'setTimeout', setTimeout)
  await delay(300)
  t.equal(armed().filter(({ args: [, ms] }) => Number(ms) < 0).length, 0)
})
