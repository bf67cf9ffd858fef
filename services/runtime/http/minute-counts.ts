/** Counts per key within a minute; every key begins anew with the next minute. */
export type MinuteCounts = {
  readonly of: (key: string) => number
  readonly add: (key: string) => void
  /** The seconds until the counts begin anew, at least 1. */
  readonly secondsLeft: () => number
}

const minuteMs = 60_000

/**
 * Unlike a bound on requests (`request-bound.ts`), these counts can be looked at without counting:
 * what failed is counted when it has failed. Beyond `maxKeys` the key that was first seen is
 * forgotten. Each process counts alone.
 */
export const createMinuteCounts = (maxKeys = 100_000): MinuteCounts => {
  const counts = new Map<string, number>()
  let since = performance.now()
  const current = (): Map<string, number> => {
    if (performance.now() - since < minuteMs) return counts
    since = performance.now()
    counts.clear()
    return counts
  }
  return {
    of: (key) => current().get(key) ?? 0,
    add: (key) => {
      const all = current()
      all.set(key, (all.get(key) ?? 0) + 1)
      if (all.size > maxKeys) all.delete(all.keys().next().value!)
    },
    secondsLeft: () => Math.max(1, Math.ceil((since + minuteMs - performance.now()) / 1000)),
  }
}
