import type { EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { InRecord } from './message-log.ts'

type Batch = EachBatchPayload['batch']

/** The records of one fetch of one partition, in order. */
export const toRecords = (batch: Batch): InRecord[] => {
  const end = Number(batch.highWatermark)
  return batch.messages.map((message) => ({
    topic: batch.topic,
    partition: batch.partition,
    offset: message.offset,
    timestampMs: Number(message.timestamp),
    key: message.key?.toString('utf8') ?? null,
    value: message.value ?? new Uint8Array(),
    headers: toHeaders(message),
    lag: Math.max(0, end - Number(message.offset) - 1),
  }))
}

const toHeaders = ({ headers = {} }: KafkaMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      String(Array.isArray(value) ? value.at(-1) : (value ?? '')),
    ]),
  )

/** The offset that a group commits when it has had everything up to `offset`. */
export const nextOffset = (offset: string): string => (BigInt(offset) + 1n).toString()
