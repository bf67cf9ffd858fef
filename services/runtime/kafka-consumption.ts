import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage, LogEntry } from 'kafkajs'
import { isReset } from './kafka-client.ts'
import { toMessageLogError, topicMissing } from './kafka-errors.ts'
import type { Log } from './log.ts'
import type { ConsumeOptions, Consumption, InRecord, MessageLogAdmin } from './message-log.ts'
import { createOffsetCommits } from './offset-commits.ts'

type Deps = { readonly makeClient: (onEntry: (entry: LogEntry) => void) => Kafka; readonly admin: MessageLogAdmin; readonly log: Log }
/** `stopping` resolves when nobody waits any longer for the group to be joined. */
type MemberDeps = Deps & { readonly stopping: Promise<void> }

const defaultMaxWaitMs = 200
const defaultSessionTimeoutMs = 10_000
const rebalanceTimeoutMs = 30_000
/** A member learns by its heartbeats that partitions are dealt anew, and everybody waits for the last one to learn. */
const heartbeatMs = 1_000
/** More than the partitions a process has: each fetched batch has a worker. */
const workers = 1_000
/**
 * Long, since a member that gives up comes back as another, for whom the group waits until the first one's session has
 * expired; one that goes on trying has its partitions as soon as the broker is back.
 */
const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 }
/** Without a broker there is no group to leave in order. */
const leaveLimitMs = 5_000
const firstPauseMs = 100
const maxPauseMs = 5_000

/** One member of a group over changing sets of topics; each set is a kafkajs consumer of its own, since one cannot give up a topic. */
export const consumeKafka = async (deps: Deps, options: ConsumeOptions): Promise<Consumption> => {
  const crashOnce = once(options.onCrash)
  const progress = { at: performance.now() }
  const stopping = Promise.withResolvers<void>()
  const start = (topics: readonly string[], before: () => Promise<void>) =>
    startMember({ ...deps, stopping: stopping.promise }, { ...options, topics, onCrash: crashOnce }, progress, before)
  let member: Member | undefined = await start(options.topics, async () => undefined)
  let stopped = false
  let last: Promise<unknown> = Promise.resolve()
  /** Restarts and the stop are done one after the other. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
  return {
    restart: (topics) =>
      inTurn(async () => {
        if (stopped) return
        const old = member
        member = await start(topics, async () => old?.stop())
      }),
    stop: () => {
      stopping.resolve()
      return inTurn(async () => {
        stopped = true
        await member?.stop()
        member = undefined
      })
    },
    get lastProgressAt() {
      return progress.at
    },
  }
}

type Member = { stop(): Promise<void> }

/** Connects and looks for the topics; only when that went well `before` stops the predecessor. */
const startMember = async (deps: MemberDeps, options: ConsumeOptions, progress: { at: number }, before: () => Promise<void>): Promise<Member> => {
  const { groupId, topics, maxWaitMs = defaultMaxWaitMs, sessionTimeoutMs = defaultSessionTimeoutMs } = options
  const existing = await deps.admin.existingTopics(topics)
  if (existing.length < topics.length) throw topicMissing(topics.filter((topic) => !existing.includes(topic)))
  const consumer = deps
    .makeClient((entry) => reportGap(entry, options))
    .consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: maxWaitMs,
      allowAutoTopicCreation: false,
      retry,
    })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await before()
    return await runMember(deps, consumer, options, progress)
  } catch (error) {
    await consumer.disconnect().catch(() => undefined)
    throw toMessageLogError(error, topics)
  }
}

const runMember = async ({ log, stopping }: MemberDeps, consumer: Consumer, options: ConsumeOptions, progress: { at: number }): Promise<Member> => {
  const state = { stopping: false, generation: 0, active: new Set<Promise<void>>(), latest: undefined as EachBatchPayload | undefined }
  const commits = createOffsetCommits(async (offsets) => state.latest?.commitOffsetsIfNecessary(offsets), log, options.onCrash)
  const pauses = createPauses()
  const { promise: joined, resolve, reject } = Promise.withResolvers<void>()
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    state.generation++
    commits.forget()
    log.info({ groupId: payload.groupId, assignment: payload.memberAssignment, ms: payload.duration }, 'joined the group')
    resolve()
  })
  consumer.on(consumer.events.FETCH, () => {
    progress.at = performance.now()
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart, groupId } }) => {
    log.warn({ reason: String(error), groupId, restart }, 'the consumer crashed')
    if (restart) return
    reject(error)
    options.onCrash(error)
  })

  const take = async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload
    const { generation } = state
    const records = toRecords(payload)
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatMs) // kafkajs meets the same error after the batch
    try {
      await options.onRecords(records)
      progress.at = performance.now()
      pauses.forget(batch)
      if (generation !== state.generation) return // dealt anew meanwhile: whoever has the partition gets the records again
      payload.resolveOffset(batch.lastOffset())
      // If the process dies here the records are durable and delivered again.
      commits.done(batch.topic, batch.partition, nextOffset(batch.lastOffset()))
    } catch (error) {
      // Not resolved, so the next fetch after the pause has the same records.
      const ms = pauses.pause(payload)
      log.warn({ err: error, topic: batch.topic, partition: batch.partition, offset: batch.firstOffset(), ms }, 'records not taken; they are delivered again')
    } finally {
      clearInterval(beat)
    }
  }
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: workers,
    eachBatch: async (payload) => {
      if (state.stopping) return
      state.latest = payload
      const taking = take(payload).finally(() => state.active.delete(taking))
      state.active.add(taking)
      await taking
    },
  })
  await Promise.race([joined, stopping])
  return {
    stop: async () => {
      state.stopping = true
      await Promise.all(state.active)
      pauses.close()
      const left = await Promise.race([commits.flush().then(() => consumer.disconnect()).then(() => true), delay(leaveLimitMs, false, { ref: false })]).catch(() => false)
      if (!left) log.warn({ groupId: options.groupId }, 'the consumer did not leave its group in order')
    },
  }
}

const toRecords = ({ batch }: EachBatchPayload): InRecord[] => {
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
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(Array.isArray(value) ? value.at(-1) : (value ?? ''))]))

const nextOffset = (offset: string): string => (BigInt(offset) + 1n).toString()

type Place = { readonly topic: string; readonly partition: number }

/** Partitions whose handler rejected rest, longer with each time, while the others go on. */
const createPauses = () => {
  const times = new Map<string, number>()
  const timers = new Set<NodeJS.Timeout>()
  const nameOf = ({ topic, partition }: Place): string => `${topic} ${partition}`
  return {
    pause: (payload: EachBatchPayload): number => {
      const { batch } = payload
      const before = times.get(nameOf(batch)) ?? 0
      times.set(nameOf(batch), before + 1)
      const ms = Math.min(firstPauseMs * 2 ** Math.min(before, 10), maxPauseMs)
      const resume = payload.pause()
      const timer = setTimeout(() => {
        timers.delete(timer)
        resume()
      }, ms)
      timers.add(timer)
      return ms
    },
    forget: (place: Place): void => void times.delete(nameOf(place)),
    close: (): void => timers.forEach((timer) => clearTimeout(timer)),
  }
}

/** kafkajs resets an offset that is gone by itself and tells it only in its log. */
const reportGap = ({ log: entry }: LogEntry, { onGap }: ConsumeOptions): void => {
  if (isReset(entry)) onGap?.({ topic: String(entry['topic']), partition: Number(entry['partition']) })
}

const once = (work: (error: unknown) => void): ((error: unknown) => void) => {
  let done = false
  return (error) => {
    if (done) return
    done = true
    work(error)
  }
}
