/**
 * Gathers items from many sources into bounded batches, checks them, and works on one batch after
 * the other. While one batch is worked, the next one is checked, and no further one. Each source
 * has at most one group waiting. A batch takes from all groups in turn, so a flood from one source
 * does not starve the others. It takes no more than `perSource` from one source, so a flood alone
 * does not make a batch that delays the next source.
 */
type Group<T> = {
  readonly source: string
  readonly items: readonly T[]
  taken: number
  done: number
  failed: boolean
  resolve: () => void
  reject: (error: unknown) => void
}
type Slice<T> = { readonly group: Group<T>; readonly items: readonly T[] }

export type MicroBatcher<T> = {
  /**
   * Resolves when all items are worked. Rejects with the error of a batch that held one of them.
   */
  readonly add: (source: string, items: readonly T[]) => Promise<void>
  /** Resolves when no batch is under way. */
  readonly idle: () => Promise<void>
}

export type BatchSteps<T, C> = {
  /**
   * One answer for each item, in order. It must change nothing, since checked items may never be
   * worked.
   */
  readonly check: (items: readonly T[]) => Promise<readonly C[]>
  /** Called for one batch at a time. The items of a source keep their order. */
  readonly work: (checked: readonly C[]) => Promise<void>
}

export type BatchBounds = { readonly items: number; readonly perSource: number }

export const createMicroBatcher = <T, C>(
  bounds: BatchBounds,
  steps: BatchSteps<T, C>,
): MicroBatcher<T> => {
  const waiting: Group<T>[] = []
  let running: Promise<void> | undefined
  const run = async (): Promise<void> => {
    let worked = Promise.resolve()
    for (
      let slices = takeTurns(waiting, bounds);
      slices.length > 0;
      slices = takeTurns(waiting, bounds)
    ) {
      const checking = checkEach(slices, steps.check)
      await worked
      worked = checking.then((checked) => workOn(checked, steps.work))
      if (!waiting.some(hasMore)) await worked // more items gather while the batch before is worked
    }
    await worked
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
      waiting.push({ source, items, taken: 0, done: 0, failed: false, resolve, reject })
      start()
    })
  }
  return { add, idle: async () => running }
}

/**
 * Takes one batch: an equal share of each waiting source, then more of the larger groups up to the
 * bound of one source.
 */
const takeTurns = <T>(waiting: Group<T>[], bounds: BatchBounds): Slice<T>[] => {
  const shares = new Map<Group<T>, number>()
  const ofSource = new Map<string, number>()
  const roomFor = ({ source, items, taken }: Group<T>, held: number): number =>
    Math.min(items.length - taken - held, bounds.perSource - (ofSource.get(source) ?? 0))
  let left = bounds.items
  for (
    let open = waiting.filter(hasMore);
    left > 0 && open.length > 0;
    open = open.filter((g) => roomFor(g, shares.get(g) ?? 0) > 0)
  ) {
    const share = Math.max(1, Math.floor(left / open.length))
    for (const group of open) {
      const held = shares.get(group) ?? 0
      const more = Math.max(0, Math.min(share, left, roomFor(group, held)))
      shares.set(group, held + more)
      ofSource.set(group.source, (ofSource.get(group.source) ?? 0) + more)
      left -= more
    }
  }
  const slices = [...shares]
    .filter(([, count]) => count > 0)
    .map(([group, count]) => slice(group, count))
  // An empty group leaves. The sources that got nothing come first the next time.
  const rest = waiting.filter(hasMore)
  const last = rest.filter((g) => (shares.get(g) ?? 0) > 0)
  waiting.splice(0, waiting.length, ...rest.filter((g) => (shares.get(g) ?? 0) === 0), ...last)
  return slices
}

const hasMore = <T>(group: Group<T>): boolean => group.taken < group.items.length

const slice = <T>(group: Group<T>, count: number): Slice<T> => {
  const items = group.items.slice(group.taken, group.taken + count)
  group.taken += count
  return { group, items }
}

type Checked<T, C> = { readonly group: Group<T>; readonly checked: readonly C[] }

/** Never rejects. A batch that cannot be checked fails like one that cannot be worked. */
const checkEach = async <T, C>(
  slices: readonly Slice<T>[],
  check: (items: readonly T[]) => Promise<readonly C[]>,
): Promise<Checked<T, C>[]> => {
  try {
    const checked = await check(slices.flatMap((s) => s.items))
    let from = 0
    return slices.map(({ group, items }) => ({
      group,
      checked: checked.slice(from, (from += items.length)),
    }))
  } catch (error) {
    for (const { group } of slices) fail(group, error)
    return []
  }
}

/**
 * Leaves out the items of a group that has failed: they must not be worked before their redelivery.
 */
const workOn = async <T, C>(
  checked: readonly Checked<T, C>[],
  work: (checked: readonly C[]) => Promise<void>,
): Promise<void> => {
  const standing = checked.filter(({ group }) => !group.failed)
  if (standing.length === 0) return
  try {
    await work(standing.flatMap((s) => s.checked))
    for (const { group, checked } of standing)
      if ((group.done += checked.length) === group.items.length) group.resolve()
  } catch (error) {
    for (const { group } of standing) fail(group, error)
  }
}

/** Drops the rest of a failed group. It is redelivered with the failed items. */
const fail = <T>(group: Group<T>, error: unknown): void => {
  group.failed = true
  group.taken = group.items.length
  group.reject(error)
}
