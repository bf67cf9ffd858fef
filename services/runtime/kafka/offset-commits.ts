import { pause } from '../process/pause.ts'
import type { OffsetsByTopicPartition } from 'kafkajs'
import type { Log } from '../process/log.ts'

export type OffsetCommits = {
  /** Records up to and without `next` are durable. */
  done(topic: string, partition: number, next: string): void
  /** Partitions were dealt anew: what was to be committed may be another's now. */
  forget(): void
  /** At the end: resolves when nothing waits to be committed, or one more try has failed. */
  flush(): Promise<void>
}

/**
 * Without one success in this time the group's position is not kept, and a restart would repeat
 * ever more.
 */
const failLimitMs = 60_000
const retryMs = 1_000
/**
 * A commit is a record that brokers write too: what is done within this time goes together. A crash
 * repeats as much more.
 */
const gatherMs = 100

/**
 * Commits the offsets of many partitions together, one request at a time, beside the fetching. A
 * commit that fails is tried again with what came since; until then a crash repeats records.
 * `onFailing` is called when that goes on for a minute.
 */
export const createOffsetCommits = (
  commit: (offsets: OffsetsByTopicPartition) => Promise<void>,
  log: Log,
  onFailing: (error: unknown) => void,
): OffsetCommits => {
  const waiting = new Map<string, Place>()
  const flushing = new AbortController()
  let running: Promise<void> | undefined
  let failingSince: number | undefined

  const commitWaiting = async (): Promise<boolean> => {
    const taken = new Map(waiting)
    try {
      await commit(byTopic([...taken.values()]))
      for (const [name, place] of taken) if (waiting.get(name) === place) waiting.delete(name)
      failingSince = undefined
      return true
    } catch (error) {
      if (failingSince === undefined)
        log.warn({ reason: String(error) }, 'offsets not committed; tried again')
      failingSince ??= performance.now()
      if (performance.now() - failingSince > failLimitMs) onFailing(error)
      return false
    }
  }
  const run = async (): Promise<void> => {
    while (waiting.size > 0) {
      await pause(gatherMs, flushing.signal)
      if (await commitWaiting()) continue
      if (flushing.signal.aborted) break
      await pause(retryMs, flushing.signal)
    }
    running = undefined
  }
  return {
    done: (topic, partition, offset) => {
      waiting.set(`${topic} ${partition}`, { topic, partition, offset })
      running ??= run()
    },
    forget: () => waiting.clear(),
    flush: async () => {
      flushing.abort()
      await running
    },
  }
}

type Place = { readonly topic: string; readonly partition: number; readonly offset: string }

const byTopic = (offsets: readonly Place[]): OffsetsByTopicPartition => ({
  topics: [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, partitions]) => ({
    topic,
    partitions: partitions.map(({ partition, offset }) => ({ partition, offset })),
  })),
})
