import { pause } from '../process/pause.ts'
import {
  CompressionTypes,
  Partitioners,
  type Kafka,
  type Producer,
  type TopicMessages,
} from 'kafkajs'
import { toMessageLogError } from './errors.ts'
import type { Log } from '../process/log.ts'
import { within } from '../process/within.ts'
import { MessageLogError, type MessageLog } from './message-log.ts'
import {
  createPublishQueue,
  fail,
  isAbandoned,
  succeed,
  type QueuedPublish,
} from './publish-queue.ts'

export type Publisher = Pick<MessageLog, 'publish' | 'close'>

const maxQueuedBytes = 32 * 1024 * 1024
/** How long the leader waits for its replicas, in ms. The broker applies it. */
const replicaTimeoutMs = 5_000
const attemptLimitMs = 8_000
const attempts = 2
const firstBackoffMs = 100
const maxBackoffMs = 2_000

/**
 * One send at a time, everything that came meanwhile in the next one.
 *
 * kafkajs never repeats a send here (`retries: 0`): when leadership moves between two brokers of
 * one send, its repetition skips what moved and acknowledges it unwritten, as its idempotent
 * producer does after an error. A producer that had an error is thrown away; the whole send is
 * repeated once with a fresh one, then rejected.
 */
export const createKafkaPublisher = (kafka: Kafka, log: Log): Publisher => {
  const queue = createPublishQueue(maxQueuedBytes)
  const sender = createSender(kafka)
  let running: Promise<void> | undefined
  let closed = false

  const settle = async (entries: readonly QueuedPublish[]): Promise<void> => {
    const sent = entries.filter((entry) => !isAbandoned(entry))
    const error = sent.length > 0 ? await sender.send(sent) : undefined
    if (error === undefined) return sent.forEach(succeed)
    log.warn(
      {
        code: error.code,
        reason: error.cause instanceof Error ? String(error.cause) : error.message,
        topics: topicsOf(sent),
      },
      'not published',
    )
    if (error.code === 'message-log/unavailable') {
      // The entries that wait are rejected too. Sent after a failure, they would overtake the
      // records that the caller repeats.
      for (const entry of [...sent, ...queue.takeAll()]) fail(entry, error)
    } else if (sent.length === 1) {
      for (const entry of sent) fail(entry, error)
    } else {
      // one of the entries is at fault, and only that one is to be rejected
      for (const entry of sent) await settle([entry])
    }
  }
  const run = async (): Promise<void> => {
    await Promise.resolve() // records that are published in this turn of the event loop go together
    while (queue.size > 0) await settle(queue.take())
    running = undefined
  }
  return {
    publish: async (topic, records) => {
      if (closed) throw new MessageLogError('message-log/closed', 'The message log is closed')
      if (records.some((record) => record.key === '')) throw new TypeError('a record needs a key')
      const published = queue.add(topic, records)
      running ??= run()
      return published
    },
    close: async () => {
      closed = true
      await running
      await sender.close()
    },
  }
}

type Sender = {
  /** The error of the last attempt, if it failed. */
  send(entries: readonly QueuedPublish[]): Promise<MessageLogError | undefined>
  close(): Promise<void>
}

const createSender = (kafka: Kafka): Sender => {
  let producer: Producer | undefined
  let failures = 0

  const attempt = async (entries: readonly QueuedPublish[]): Promise<void> => {
    producer ??= await connect(kafka)
    await within(
      attemptLimitMs,
      producer.sendBatch({
        topicMessages: toTopicMessages(entries),
        acks: -1,
        timeout: replicaTimeoutMs,
        compression: CompressionTypes.None,
      }),
    )
  }
  const discard = (): void => {
    void producer?.disconnect().catch(() => undefined)
    producer = undefined
  }
  const send = async (entries: readonly QueuedPublish[]): Promise<MessageLogError | undefined> => {
    for (let left = attempts; ;) {
      if (failures > 0) await pause(backoffMs(failures))
      try {
        await attempt(entries)
        failures = 0
        return undefined
      } catch (cause) {
        discard()
        const error = toMessageLogError(cause, topicsOf(entries))
        failures = error.code === 'message-log/unavailable' ? failures + 1 : 0
        left--
        if (left === 0 || error.code !== 'message-log/unavailable') return error
      }
    }
  }
  return { send, close: async () => producer?.disconnect().catch(() => undefined) }
}

const topicsOf = (entries: readonly QueuedPublish[]): string[] => [
  ...new Set(entries.map((entry) => entry.topic)),
]

const backoffMs = (failures: number): number =>
  Math.min(firstBackoffMs * 2 ** Math.min(failures - 1, 10), maxBackoffMs) *
  (0.5 + Math.random() / 2)

const connect = async (kafka: Kafka): Promise<Producer> => {
  const producer = kafka.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  })
  await producer.connect()
  return producer
}

/** The records of the entries per topic, in order. */
const toTopicMessages = (entries: readonly QueuedPublish[]): TopicMessages[] =>
  [...Map.groupBy(entries, (entry) => entry.topic)].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.flatMap(({ records }) =>
      records.map(({ key, value, headers }) => ({
        key,
        value: Buffer.from(value.buffer, value.byteOffset, value.length),
        ...(headers && { headers: { ...headers } }),
      })),
    ),
  }))
