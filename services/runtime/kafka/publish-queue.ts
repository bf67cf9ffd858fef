import { MessageLogError, type OutRecord } from './message-log.ts'

/** Records of one topic that go in one send, with the callers that wait for them. */
export type QueuedPublish = {
  readonly topic: string
  readonly records: readonly OutRecord[]
  readonly bytes: number
  readonly call: Call
}

/**
 * One call of `publish`. A long call is several entries: if one of them fails, the later ones are
 * not sent.
 */
type Call = { readonly resolve: () => void; readonly reject: (error: Error) => void; open: number }

/**
 * The most bytes of one send and topic. The broker keeps the records of one send and partition in
 * one batch, bounded by `max.message.bytes` (1 MiB unless configured). The partition of a key is
 * not known here, so the bound counts per topic.
 */
const maxTopicBytes = 900 * 1024
const maxSendBytes = 4 * 1024 * 1024

export type PublishQueue = {
  readonly size: number
  /** Appends, or throws `message-log/full`. */
  add(topic: string, records: readonly OutRecord[]): Promise<void>
  /** The entries of the next send, oldest first, within its bounds. */
  take(): QueuedPublish[]
  /** Empties the queue and answers what waited. */
  takeAll(): QueuedPublish[]
}

/** A queue in the order of arrival, with at most `maxBytes` waiting. */
export const createPublishQueue = (maxBytes: number): PublishQueue => {
  const waiting: QueuedPublish[] = []
  let bytes = 0
  const shift = (count: number): QueuedPublish[] => {
    const taken = waiting.splice(0, count)
    for (const entry of taken) bytes -= entry.bytes
    return taken
  }
  return {
    get size() {
      return waiting.length
    },
    add: (topic, records) => {
      const parts = split(records)
      const added = parts.reduce((sum, part) => sum + part.bytes, 0)
      if (bytes + added > maxBytes)
        throw new MessageLogError('message-log/full', `More than ${maxBytes} bytes wait to be sent`)
      if (parts.length === 0) return Promise.resolve()
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const call = { resolve, reject, open: parts.length }
      for (const part of parts) waiting.push({ topic, call, ...part })
      bytes += added
      return promise
    },
    take: () => shift(fitting(waiting)),
    takeAll: () => shift(waiting.length),
  }
}

export const succeed = ({ call }: QueuedPublish): void => {
  call.open--
  if (call.open === 0) call.resolve()
}

export const fail = ({ call }: QueuedPublish, error: Error): void => {
  call.open = -1
  call.reject(error)
}

/** Whether an earlier part of its call has failed. */
export const isAbandoned = ({ call }: QueuedPublish): boolean => call.open < 0

/** How many entries from the front fit in one send; at least one. */
const fitting = (waiting: readonly QueuedPublish[]): number => {
  const perTopic = new Map<string, number>()
  let total = 0
  const full = waiting.findIndex(({ topic, bytes }, index) => {
    const ofTopic = (perTopic.get(topic) ?? 0) + bytes
    perTopic.set(topic, ofTopic)
    total += bytes
    return index > 0 && (ofTopic > maxTopicBytes || total > maxSendBytes)
  })
  return full === -1 ? waiting.length : full
}

const split = (records: readonly OutRecord[]): { records: OutRecord[]; bytes: number }[] => {
  const parts: { records: OutRecord[]; bytes: number }[] = []
  for (const record of records) {
    const bytes = sizeOf(record)
    const last = parts.at(-1)
    if (last && last.bytes + bytes <= maxTopicBytes) {
      last.records.push(record)
      last.bytes += bytes
    } else {
      parts.push({ records: [record], bytes })
    }
  }
  return parts
}

/**
 * An upper bound of the bytes on the wire: UTF-8 takes up to three bytes per character, and a
 * record has about 70 bytes of its own.
 */
const sizeOf = ({ key, value, headers = {} }: OutRecord): number =>
  value.length +
  3 * key.length +
  100 +
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + 3 * (name.length + text.length) + 10,
    0,
  )
