/**
 * The port to Kafka. One adapter is `kafka-message-log.ts`; `test/support/message-log-suite.ts` is
 * its contract as tests, which any other adapter has to pass. A message log is transport: what it
 * acknowledges can still be lost with the brokers' disks, so the databases at both ends are the
 * truth, everything may arrive more than once, and an acknowledgement closes nothing.
 */

/**
 * `key` is mandatory: records of one topic with one key keep their order. Value and headers are not
 * looked into.
 */
export type OutRecord = {
  readonly key: string
  readonly value: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export type InRecord = {
  readonly topic: string
  readonly partition: number
  /** A 64-bit integer as text. */
  readonly offset: string
  /** When the producer sent it, by its clock. */
  readonly timestampMs: number
  readonly key: string | null
  readonly value: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  /** Records behind this one in its partition when it was fetched. */
  readonly lag: number
}

/**
 * Why a message log did not do it. A caller that repeats does so with backoff.
 * - `message-log/unavailable`: no broker answered within the limit; whether it was written is not
 *   known.
 * - `message-log/full`: too many bytes wait to be sent; nothing was taken.
 * - `message-log/topic-missing`: the topic is not there, or not for us; the message names the
 *   command that makes it.
 * - `message-log/refused`: the broker refused these records (too large, no right); repeating does
 *   not help.
 * - `message-log/closed`: `close()` was called.
 */
export type MessageLogCode =
  | 'message-log/unavailable'
  | 'message-log/full'
  | 'message-log/topic-missing'
  | 'message-log/refused'
  | 'message-log/closed'

const passing: readonly MessageLogCode[] = [
  'message-log/unavailable',
  'message-log/full',
  'message-log/closed',
]

export class MessageLogError extends Error {
  override readonly name = 'MessageLogError'
  readonly code: MessageLogCode
  /** The marker of `Unavailable`: whether the same call may succeed later. */
  readonly unavailable: boolean
  constructor(code: MessageLogCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.unavailable = passing.includes(code)
  }
}

export type ConsumeOptions = {
  /** Processes of one group share the partitions of its topics. */
  readonly groupId: string
  readonly topics: readonly string[]
  /**
   * Gets the records of one partition in order, and the next ones of that partition only after it
   * resolved; for several partitions it is called concurrently. Resolving says that the records are
   * durable: their offset is committed soon after. Rejecting, or dying, has them delivered again,
   * to this process or another of the group; a rejection pauses that partition with backoff while
   * the others go on. May take as long as it needs: the group hears heartbeats meanwhile. No
   * partition gets its next records before all handlers of the same fetch have settled.
   */
  readonly onRecords: (records: readonly InRecord[]) => Promise<void>
  /**
   * The consumer has stopped for good and only a new process helps (threat F7). Called at most
   * once.
   */
  readonly onCrash: (error: unknown) => void
  /**
   * Retention removed records before they were read: some source has to send them again (threat
   * F6).
   */
  readonly onGap?: (gap: { readonly topic: string; readonly partition: number }) => void
  /**
   * How long a broker holds an empty fetch. It delays no record; it bounds the time of `stop`, and
   * idle work. Default 1000.
   */
  readonly maxWaitMs?: number
  /**
   * About the most that one fetch takes of one partition. The next fetch waits for the handler to
   * be done with all of the last one.
   */
  readonly maxBytesPerPartition?: number
  /**
   * After this time without a heartbeat the group gives this process's partitions to others.
   * Default 10 000.
   */
  readonly sessionTimeoutMs?: number
}

export type Consumption = {
  /**
   * Consumes these topics from now on instead. Waits for the handlers under way. Rejects, and goes
   * on as before, when a topic is missing or no broker answers. Calls are done one after the other.
   */
  restart(topics: readonly string[]): Promise<void>
  /**
   * Waits for the handlers under way, commits what they resolved and leaves the group. Rejects
   * never; again: no effect.
   */
  stop(): Promise<void>
  /** When the brokers last answered a fetch or a handler last resolved, by `performance.now()`. */
  readonly lastProgressAt: number
}

export type TopicSpec = {
  readonly topic: string
  readonly partitions: number
  readonly replicationFactor: number
  /** Such as `retention.ms`. Applies to what is created, not to what is there. */
  readonly config?: Readonly<Record<string, string>>
}

export type PartitionLag = {
  readonly topic: string
  readonly partition: number
  readonly committed: number
  readonly end: number
  readonly lag: number
}

/**
 * Each call connects, asks and disconnects; safe to use concurrently. Rejects with
 * `message-log/unavailable`, or the broker's refusal.
 */
export type MessageLogAdmin = {
  /**
   * Creates those that are not there, and answers their names. A consumer waits about 3 s before it
   * subscribes to them.
   */
  createTopics(topics: readonly TopicSpec[]): Promise<string[]>
  /** Those of `topics` that are there and that we may see. */
  existingTopics(topics: readonly string[]): Promise<string[]>
  /** How far a group is behind, per partition. Without a commit everything counts. */
  groupLag(groupId: string, topics: readonly string[]): Promise<PartitionLag[]>
}

export type MessageLog = {
  /**
   * Resolves when all replicas in sync have the records; rejects with a MessageLogError within
   * about 20 s. Safe to call concurrently: sends go one at a time, and what is called meanwhile
   * goes together in the next. Records of one key keep the order of the calls, also over errors, if
   * a caller that repeats repeats all that was rejected, in order. After a rejection the records
   * may have been written nevertheless, in part or more than once.
   */
  publish(topic: string, records: readonly OutRecord[]): Promise<void>
  /**
   * Resolves when the group is joined. Rejects when a topic is missing or no broker answers: the
   * caller tries again.
   */
  consume(options: ConsumeOptions): Promise<Consumption>
  readonly admin: MessageLogAdmin
  /**
   * Stops consuming, sends what waits, disconnects. Without a broker it gives up after some
   * seconds.
   */
  close(): Promise<void>
}
