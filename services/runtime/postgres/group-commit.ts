/** Too many items wait for the database. The caller answers 503; no item was taken. */
export class CommitQueueFull extends Error {
  override name = 'CommitQueueFull'
}

export type GroupCommit<T, R> = (item: T) => Promise<R>

/**
 * Concurrent callers share commits. While `lanes` commits are under way, further items gather; the
 * next commit takes up to `maxItems` of them. `commit` answers each item of its group, in order. If
 * it rejects, every caller of the group gets that error.
 */
export const createGroupCommit = <T, R>(
  commit: (items: readonly T[]) => Promise<readonly R[]>,
  { maxItems, maxWaiting, lanes }: { maxItems: number; maxWaiting: number; lanes: number },
): GroupCommit<T, R> => {
  type Waiting = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }
  const waiting: Waiting[] = []
  let running = 0
  const run = async (): Promise<void> => {
    running += 1
    while (waiting.length > 0) {
      const group = waiting.splice(0, maxItems)
      try {
        const results = await commit(group.map((w) => w.item))
        group.forEach((w, i) => w.resolve(results[i]!))
      } catch (error) {
        for (const w of group) w.reject(error)
      }
    }
    running -= 1
  }
  return (item) => {
    if (waiting.length >= maxWaiting)
      return Promise.reject(new CommitQueueFull(`${maxWaiting} notices wait for a commit`))
    const { promise, resolve, reject } = Promise.withResolvers<R>()
    waiting.push({ item, resolve, reject })
    // The commit starts in the next turn of the event loop, so that the items of this turn go
    // together.
    if (running < lanes) setImmediate(() => void (running < lanes && waiting.length > 0 && run()))
    return promise
  }
}
