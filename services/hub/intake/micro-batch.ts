/**
 * Gathers what arrives from many sources into bounded batches, checks them, and works on them one
 * after the other; while one is worked, the next one is checked, and no more. Each source has at
 * most one group waiting; a batch takes from all of them in turn, so that a flood from one never
 * starves the others, and of none more than its bound, so that a flood alone makes no batch for
 * which whoever comes next waits long.
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
   * Resolves when all items are worked; rejects with the error of a batch that held one of them.
   */
  readonly add: (source: string, items: readonly T[]) => Promise<void>
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>
}

export type BatchSteps<T, C> = {
  /** One answer for each item, in order. Changes nothing: what was checked may never be worked. */
  readonly check: (items: readonly T[]) => Promise<readonly C[]>
  /** Called for one batch at a time, with the items of a source in the order they came. */
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
      if (!waiting.some(hasMore)) await worked // what comes meanwhile gathers
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
 * One batch: an equal share of each waiting source, what is left over to whoever has more, up to
 * the bound of one source.
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
  // A fully taken group waits no longer; whoever got nothing comes first the next time.
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

/** Never rejects: a batch that cannot be checked has failed as one that cannot be worked. */
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
 * What belongs to a group that has failed meanwhile is left out: it must not be worked before what
 * comes again.
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

/** The rest of it is redelivered with what failed. */
const fail = <T>(group: Group<T>, error: unknown): void => {
  group.failed = true
  group.taken = group.items.length
  group.reject(error)
}
