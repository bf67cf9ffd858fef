import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka, LogEntry } from 'kafkajs'
import { isReset } from './client.ts'
import { toMessageLogError, topicMissing } from './errors.ts'
import { nextOffset, toRecords } from './records.ts'
import type { Log } from '../process/log.ts'
import type { ConsumeOptions, MessageLogAdmin } from './message-log.ts'
import { createOffsetCommits, type OffsetCommits } from './offset-commits.ts'
import { createPauses, type PartitionPauses } from './partition-pauses.ts'

export type MemberDeps = {
  readonly makeClient: (onEntry: (entry: LogEntry) => void) => Kafka
  readonly admin: MessageLogAdmin
  readonly log: Log
  /** Ends the wait for joining the group. */
  readonly stopping: Promise<void>
  readonly onProgress: () => void
}

/** A member of a group, over one set of topics. */
export type Member = { stop(): Promise<void> }

const defaultMaxWaitMs = 1000
const defaultSessionTimeoutMs = 10_000
const rebalanceTimeoutMs = 30_000
/**
 * The heartbeat interval in ms. A member learns by its heartbeats that partitions are dealt anew,
 * and the group waits for the last member to learn it.
 */
const heartbeatMs = 1_000
/** More than the partitions of one process, since each fetched batch has a worker. */
const workers = 1_000
/**
 * A long retry time, in ms. A member that gives up comes back as another member, and the group
 * waits until the session of the first has expired. A member that goes on trying has its partitions
 * as soon as the broker is back.
 */
const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 }
/** How long leaving may take, in ms. Without a broker there is no group to leave. */
const leaveLimitMs = 5_000

/**
 * Connects and looks for the topics. Only when both succeed does `before` stop the predecessor, and
 * the member joins the group.
 */
export const startMember = async (
  deps: MemberDeps,
  options: ConsumeOptions,
  before: () => Promise<void>,
): Promise<Member> => {
  const { topics } = options
  const existing = await deps.admin.existingTopics(topics)
  if (existing.length < topics.length)
    throw topicMissing(topics.filter((topic) => !existing.includes(topic)))
  const consumer = makeConsumer(deps, options)
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await before()
    return await runMember(deps, consumer, options)
  } catch (error) {
    await consumer.disconnect().catch(() => undefined)
    throw toMessageLogError(error, topics)
  }
}

const makeConsumer = (deps: MemberDeps, options: ConsumeOptions): Consumer =>
  deps
    .makeClient((entry) => reportGap(entry, options))
    .consumer({
      groupId: options.groupId,
      sessionTimeout: options.sessionTimeoutMs ?? defaultSessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: options.maxWaitMs ?? defaultMaxWaitMs,
      ...(options.maxBytesPerPartition !== undefined && {
        maxBytesPerPartition: options.maxBytesPerPartition,
      }),
      allowAutoTopicCreation: false,
      retry,
    })

/** kafkajs resets an offset that the broker has lost, and reports it only in its log. */
const reportGap = ({ log: entry }: LogEntry, { onGap }: ConsumeOptions): void => {
  if (isReset(entry))
    onGap?.({ topic: String(entry['topic']), partition: Number(entry['partition']) })
}

type MemberState = {
  stopping: boolean
  /** Counts how often partitions were dealt. */
  generation: number
  readonly active: Set<Promise<void>>
  /**
   * Commits by the payload of the newest batch. Unlike the consumer's own commit, it works while
   * the consumer stops.
   */
  latest: EachBatchPayload | undefined
  readonly commits: OffsetCommits
  readonly pauses: PartitionPauses
}

const runMember = async (
  deps: MemberDeps,
  consumer: Consumer,
  options: ConsumeOptions,
): Promise<Member> => {
  const state: MemberState = {
    stopping: false,
    generation: 0,
    active: new Set(),
    latest: undefined,
    commits: createOffsetCommits(
      async (offsets) => state.latest?.commitOffsetsIfNecessary(offsets),
      deps.log,
      options.onCrash,
    ),
    pauses: createPauses(),
  }
  const joined = watch(deps, consumer, options, state)
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: workers,
    eachBatch: async (payload) => {
      if (state.stopping) return
      state.latest = payload
      const taking = take(deps, options, state, payload).finally(() => state.active.delete(taking))
      state.active.add(taking)
      await taking
    },
  })
  await Promise.race([joined, deps.stopping])
  return { stop: () => stopMember(deps, consumer, options, state) }
}

/** Resolves when the group is joined for the first time. Rejects when it never will be. */
const watch = (
  { log, onProgress }: MemberDeps,
  consumer: Consumer,
  { onCrash }: ConsumeOptions,
  state: MemberState,
): Promise<void> => {
  const { promise: joined, resolve, reject } = Promise.withResolvers<void>()
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    state.generation++
    state.commits.forget()
    log.info(
      { groupId: payload.groupId, assignment: payload.memberAssignment, ms: payload.duration },
      'joined the group',
    )
    resolve()
  })
  consumer.on(consumer.events.FETCH, onProgress)
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart, groupId } }) => {
    log.warn({ reason: String(error), groupId, restart }, 'the consumer crashed')
    if (restart) return
    reject(error)
    onCrash(error)
  })
  // after the first joining nobody waits for this, and onCrash gets the error
  joined.catch(() => undefined)
  return joined
}

/**
 * Hands one fetch of one partition to its handler. Never rejects, because a rejection makes kafkajs
 * join the group anew.
 */
const take = async (
  { log, onProgress }: MemberDeps,
  { onRecords }: ConsumeOptions,
  state: MemberState,
  payload: EachBatchPayload,
): Promise<void> => {
  const { batch } = payload
  const { generation } = state
  // kafkajs meets the same error after the batch
  const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatMs)
  try {
    await onRecords(toRecords(batch))
    onProgress()
    state.pauses.forget(batch)
    // the partitions were dealt anew: the new owner of the partition gets the records again
    if (generation !== state.generation) return
    payload.resolveOffset(batch.lastOffset())
    // If the process dies here the records are durable and delivered again.
    state.commits.done(batch.topic, batch.partition, nextOffset(batch.lastOffset()))
  } catch (error) {
    // The batch is not resolved, so the next fetch after the pause brings the same records.
    const ms = state.pauses.pause(payload)
    log.warn(
      {
        err: error,
        topic: batch.topic,
        partition: batch.partition,
        offset: batch.firstOffset(),
        ms,
      },
      'records not taken; they are delivered again',
    )
  } finally {
    clearInterval(beat)
  }
}

const stopMember = async (
  { log }: MemberDeps,
  consumer: Consumer,
  { groupId }: ConsumeOptions,
  state: MemberState,
): Promise<void> => {
  state.stopping = true
  await Promise.all(state.active)
  state.pauses.close()
  const leaving = state.commits.flush().then(() => consumer.disconnect())
  const left = await Promise.race([
    leaving.then(
      () => true,
      () => false,
    ),
    delay(leaveLimitMs, false, { ref: false }),
  ])
  if (!left) log.warn({ groupId }, 'the consumer did not leave its group in order')
}
