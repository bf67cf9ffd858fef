import { pause } from '../process/pause.ts'
import type { OffsetsByTopicPartition } from 'kafkajs'
import type { Log } from '../process/log.ts'

export type OffsetCommits = {
  /** Marks the records before `next` as durable. */
  done(topic: string, partition: number, next: string): void
  /**
   * Partitions were dealt anew: the marked offsets may belong to another member now, so they are
   * dropped.
   */
  forget(): void
  /** Resolves when nothing waits to be committed, or one more try has failed. */
  flush(): Promise<void>
}

/**
 * After this time without a success, in ms, the group's position is not kept, and a restart would
 * repeat more and more records.
 */
const failLimitMs = 60_000
const retryMs = 1_000
/**
 * Offsets that are marked within this time, in ms, go in one commit, because brokers write each
 * commit as a record. A crash repeats the records of this time.
 */
const gatherMs = 100

/**
 * Commits the offsets of many partitions together, one request at a time, beside the fetching. A
 * failed commit is tried again with the offsets since; until then a crash repeats records.
 * `onFailing` is called when commits have failed for a minute.
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
