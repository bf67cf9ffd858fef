import kafkajs from 'kafkajs'
import type { Test } from 'tap'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { applyTopics } from '#runtime/kafka/topics.ts'
import { uniqueName } from '#test/support/names.ts'
import { stack } from '#test/support/stack.ts'
import { log } from './world.ts'

export const topics = async (t: Test): Promise<void> => {
  await t.test(
    'a topic keeps what passed through it for a week at most: Kafka is transport',
    async (t) => {
      const { brokers, security } = await stack()
      const messages = createKafkaMessageLog({ brokers, security, clientId: 'test', log })
      const admin = new kafkajs.Kafka({
        brokers: [...brokers],
        ...security,
        clientId: 'test',
        logLevel: kafkajs.logLevel.NOTHING,
      }).admin()
      const topic = uniqueName('submitted.TH')
      await applyTopics(messages.admin, [topic])
      await admin.connect()
      try {
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [
            {
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name: topic,
              configNames: ['retention.ms', 'cleanup.policy'],
            },
          ],
        })
        const values = Object.fromEntries(
          resources[0]!.configEntries.map(({ configName, configValue }) => [
            configName,
            configValue,
          ]),
        )
        t.same(values, { 'retention.ms': String(7 * 24 * 3600 * 1000), 'cleanup.policy': 'delete' })
      } finally {
        await admin.deleteTopics({ topics: [topic] })
        await Promise.all([admin.disconnect(), messages.close()])
      }
    },
  )
}
