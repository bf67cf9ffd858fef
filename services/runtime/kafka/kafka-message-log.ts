import type { LogEntry } from 'kafkajs'
import { createKafkaAdmin } from './topic-admin.ts'
import { createKafkaClient, type KafkaClientOptions } from './client.ts'
import { consumeKafka } from './consumption.ts'
import { createKafkaPublisher } from './publisher.ts'
import { MessageLogError, type Consumption, type MessageLog } from './message-log.ts'

/**
 * A MessageLog on Kafka by kafkajs. It connects when it is first used. Only `admin.createTopics`
 * makes a topic.
 */
export const createKafkaMessageLog = (options: KafkaClientOptions): MessageLog => {
  const kafka = createKafkaClient(options, 'short')
  const admin = createKafkaAdmin(kafka)
  const publisher = createKafkaPublisher(kafka, options.log)
  const consumptions = new Set<Consumption>()
  let closed = false
  return {
    publish: publisher.publish,
    consume: async (consume) => {
      if (closed) throw new MessageLogError('message-log/closed', 'The message log is closed')
      const makeClient = (onEntry: (entry: LogEntry) => void) =>
        createKafkaClient(options, 'long', onEntry)
      const consumption = await consumeKafka({ makeClient, admin, log: options.log }, consume)
      consumptions.add(consumption)
      return consumption
    },
    admin,
    close: async () => {
      closed = true
      await Promise.all([...consumptions].map((consumption) => consumption.stop()))
      await publisher.close()
    },
  }
}
