/** How much each key holds at a time. A key that holds nothing is forgotten. */
export type Tally = {
  readonly of: (key: string) => number
  readonly add: (key: string, more: 1 | -1) => void
  /** How many keys hold something. */
  readonly size: () => number
}

export const createTally = (): Tally => {
  const counts = new Map<string, number>()
  const of = (key: string): number => counts.get(key) ?? 0
  return {
    of,
    add: (key, more) => {
      const left = of(key) + more
      if (left === 0) counts.delete(key)
      else counts.set(key, left)
    },
    size: () => counts.size,
  }
}
