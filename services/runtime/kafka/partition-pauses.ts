import type { EachBatchPayload } from 'kafkajs'

const firstPauseMs = 100
const maxPauseMs = 5_000

export type PartitionPauses = {
  /** Pauses the partition of a batch, longer each time in a row. Answers how long, in ms. */
  pause(payload: EachBatchPayload): number
  /** The handler succeeded: the next pause of the partition is a short one. */
  forget(place: { readonly topic: string; readonly partition: number }): void
  close(): void
}

/** Pauses the partitions whose handler rejected, while the others go on. */
export const createPauses = (): PartitionPauses => {
  const times = new Map<string, number>()
  const timers = new Set<NodeJS.Timeout>()
  return {
    pause: (payload) => {
      const name = `${payload.batch.topic} ${payload.batch.partition}`
      const before = times.get(name) ?? 0
      times.set(name, before + 1)
      const ms = Math.min(firstPauseMs * 2 ** Math.min(before, 10), maxPauseMs)
      const resume = payload.pause()
      const timer = setTimeout(() => {
        timers.delete(timer)
        resume()
      }, ms)
      timers.add(timer)
      return ms
    },
    forget: ({ topic, partition }) => void times.delete(`${topic} ${partition}`),
    close: () => timers.forEach((timer) => clearTimeout(timer)),
  }
}
