import { pause } from '#runtime/process/pause.ts'
import { formatMicros } from '#core/time.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { FlowCount, FlowPosition } from '#store/operators/flow.ts'

type FlowCounts = { logged: number; refused: number; held: number; answered: number }

/**
 * The records that arrived during one interval, in all and per participant. `answered`: the records
 * whose receipts were sent in this interval.
 */
type FlowTick = FlowCounts & {
  readonly at: string
  readonly seconds: number
  readonly head: number
  readonly participants: Readonly<Record<string, FlowCounts>>
}

export type FlowStore = {
  readonly position: () => Promise<FlowPosition>
  readonly count: (from: FlowPosition, to: FlowPosition) => Promise<FlowCount[]>
  readonly answered: (
    pairs: readonly { batch: number; participant: string }[],
  ) => Promise<{ batch: number; participant: string }[]>
}

export type Flow = {
  /**
   * Calls `onTick` once a second until the returned function is called. Nothing is counted while
   * nobody listens.
   */
  readonly subscribe: (onTick: (tick: FlowTick) => void) => () => void
  readonly close: () => Promise<void>
}

type Waiting = {
  readonly batch: number
  readonly participant: string
  count: number
  readonly since: number
}

/** The receipts of a batch are looked for until this time has passed, in ms. */
const answerLimitMs = 60_000
const maxWaiting = 10_000

/**
 * Counts once a second, however many listen. The records of an interval that cannot be read are
 * counted with the next.
 */
export const createFlow = (
  store: FlowStore,
  options: { now: () => Micros; intervalMs: number; onError: (error: unknown) => void },
): Flow => {
  const listeners = new Set<(tick: FlowTick) => void>()
  const stop = new AbortController()
  let running: Promise<void> | undefined
  const run = async (): Promise<void> => {
    const count = await createCounter(store)
    let since = performance.now()
    while (listeners.size > 0 && !stop.signal.aborted) {
      await pause(options.intervalMs, stop.signal)
      const until = performance.now()
      try {
        const tick = await count(options.now(), (until - since) / 1000)
        since = until
        for (const listener of listeners) listener(tick)
      } catch (error) {
        options.onError(error)
      }
    }
  }
  const keepRunning = (): void => {
    running ??= run()
      .catch(options.onError)
      .finally(() => {
        running = undefined
        if (listeners.size > 0 && !stop.signal.aborted)
          setTimeout(keepRunning, options.intervalMs).unref()
      })
  }
  return {
    subscribe: (onTick) => {
      listeners.add(onTick)
      keepRunning()
      return () => void listeners.delete(onTick)
    },
    close: async () => {
      stop.abort()
      listeners.clear()
      await running
    },
  }
}

const createCounter = async (
  store: FlowStore,
): Promise<(now: Micros, seconds: number) => Promise<FlowTick>> => {
  let from = await store.position()
  let waiting: Waiting[] = []
  return async (now, seconds) => {
    const to = await store.position()
    const counts = await store.count(from, to)
    from = to
    waiting = [...waiting, ...waitingOf(counts)]
      .filter((w) => performance.now() - w.since < answerLimitMs)
      .slice(-maxWaiting)
    const done = new Set((await store.answered(waiting)).map(keyOf))
    const answered = waiting.filter((w) => done.has(keyOf(w)))
    waiting = waiting.filter((w) => !done.has(keyOf(w)))
    return tickOf(counts, answered, { at: formatMicros(now), seconds, head: to.index })
  }
}

const keyOf = ({ batch, participant }: { batch: number; participant: string }): string =>
  `${batch} ${participant}`

const waitingOf = (counts: readonly FlowCount[]): Waiting[] =>
  counts.map(({ batch, participant, count }) => ({
    batch,
    participant,
    count,
    since: performance.now(),
  }))

const empty = (): FlowCounts => ({ logged: 0, refused: 0, held: 0, answered: 0 })

const tickOf = (
  counts: readonly FlowCount[],
  answered: readonly Waiting[],
  about: Pick<FlowTick, 'at' | 'seconds' | 'head'>,
): FlowTick => {
  const total = empty()
  const participants: Record<string, FlowCounts> = {}
  const add = (participant: string, what: keyof FlowCounts, count: number): void => {
    total[what] += count
    ;(participants[participant] ??= empty())[what] += count
  }
  for (const { participant, state, count } of counts)
    add(participant, state === 'logged' || state === 'held' ? state : 'refused', count)
  for (const { participant, count } of answered) add(participant, 'answered', count)
  return { ...about, ...total, participants }
}
