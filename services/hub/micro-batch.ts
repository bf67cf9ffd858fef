/**
 * Gathers what arrives from many sources into bounded batches and works on them one after the other. Each source has at
 * most one group waiting; a batch takes from all of them in turn, so that a flood from one never starves the others.
 */
type Group<T> = { readonly source: string; readonly items: readonly T[]; taken: number; done: number; resolve: () => void; reject: (error: unknown) => void }
type Slice<T> = { readonly group: Group<T>; readonly items: readonly T[] }

export type MicroBatcher<T> = {
  /** Resolves when all items are worked; rejects with the error of a batch that held one of them. */
  readonly add: (source: string, items: readonly T[]) => Promise<void>
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>
}

/** `work` gets at most `maxItems` items, in the order they came per source. */
export const createMicroBatcher = <T>(maxItems: number, work: (items: readonly T[]) => Promise<void>): MicroBatcher<T> => {
  const waiting: Group<T>[] = []
  let running: Promise<void> | undefined
  const run = async (): Promise<void> => {
    for (let slices = takeTurns(waiting, maxItems); slices.length > 0; slices = takeTurns(waiting, maxItems)) await workOn(slices, work)
  }
  const start = (): void => {
    running ??= run().finally(() => {
      running = undefined
      if (waiting.some(hasMore)) start()
    })
  }
  const add = (source: string, items: readonly T[]): Promise<void> => {
    if (items.length === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      waiting.push({ source, items, taken: 0, done: 0, resolve, reject })
      start()
    })
  }
  return { add, idle: async () => running }
}

/** One batch: an equal share of each waiting source, what is left over to whoever has more. */
const takeTurns = <T>(waiting: Group<T>[], maxItems: number): Slice<T>[] => {
  const shares = new Map<Group<T>, number>()
  let left = maxItems
  for (let open = waiting.filter(hasMore); left > 0 && open.length > 0; open = open.filter((g) => g.taken + (shares.get(g) ?? 0) < g.items.length)) {
    const share = Math.max(1, Math.floor(left / open.length))
    for (const group of open) {
      const held = shares.get(group) ?? 0
      const more = Math.min(share, left, group.items.length - group.taken - held)
      shares.set(group, held + more)
      left -= more
    }
  }
  const slices = [...shares].filter(([, count]) => count > 0).map(([group, count]) => slice(group, count))
  // A fully taken group waits no longer; whoever got nothing comes first the next time.
  const rest = waiting.filter(hasMore)
  const last = rest.filter((g) => shares.has(g))
  waiting.splice(0, waiting.length, ...rest.filter((g) => !shares.has(g)), ...last)
  return slices
}

const hasMore = <T>(group: Group<T>): boolean => group.taken < group.items.length

const slice = <T>(group: Group<T>, count: number): Slice<T> => {
  const items = group.items.slice(group.taken, group.taken + count)
  group.taken += count
  return { group, items }
}

const workOn = async <T>(slices: readonly Slice<T>[], work: (items: readonly T[]) => Promise<void>): Promise<void> => {
  try {
    await work(slices.flatMap((s) => s.items))
    for (const { group, items } of slices) if ((group.done += items.length) === group.items.length) group.resolve()
  } catch (error) {
    for (const { group } of slices) {
      group.taken = group.items.length // the rest of a failed group is redelivered with it
      group.reject(error)
    }
  }
}
