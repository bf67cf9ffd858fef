import type { Intake } from '#store/log/intake.ts'
import type { Log } from '#runtime/process/log.ts'

export type RefusalLog = {
  readonly add: (record: Intake, code: string | undefined) => void
  /** Logs what was counted and not told yet. */
  readonly close: () => void
}

type Told = { at: number; more: number }

/**
 * Logs refusals: the first of a participant and code at once, and then at most one line a minute
 * with how many more there were. A flood of refused records is no flood of lines.
 */
export const createRefusalLog = (log: Log, everyMs = 60_000): RefusalLog => {
  const told = new Map<string, Told>()
  const tellMore = (): void => {
    for (const [key, { at, more }] of told) {
      if (performance.now() - at < everyMs) continue
      if (more === 0) told.delete(key)
      else {
        const [participant, code] = JSON.parse(key) as [string, string | null]
        told.set(key, { at: performance.now(), more: 0 })
        log.warn({ participant, code, count: more }, 'more submissions refused')
      }
    }
  }
  const timer = setInterval(tellMore, everyMs).unref()
  return {
    add: ({ participant, digest, topic, partition, offset }, code) => {
      const key = JSON.stringify([participant, code ?? null])
      const before = told.get(key)
      if (before !== undefined) {
        before.more += 1
        return
      }
      told.set(key, { at: performance.now(), more: 0 })
      log.warn(
        { participant, digest: digest.toString('hex'), code, topic, partition, offset },
        'submission refused',
      )
    },
    close: () => {
      clearInterval(timer)
      for (const before of told.values()) before.at = -Infinity
      tellMore()
    },
  }
}
