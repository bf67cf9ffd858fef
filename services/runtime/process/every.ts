/**
 * Runs `work` every `everyMs`, never twice at a time: a turn that comes while one is under way is
 * skipped. An error of `work` goes to `onError`, and the next turn tries again. `close` waits for
 * the turn under way, which can watch `closing`.
 */
export const every = (
  everyMs: number,
  work: (closing: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void,
): { close: () => Promise<void> } => {
  const closing = new AbortController()
  let underWay: Promise<void> | undefined
  const timer = setInterval(() => {
    underWay ??= work(closing.signal)
      .catch(onError)
      .finally(() => (underWay = undefined))
  }, everyMs)
  return {
    close: async () => {
      closing.abort()
      clearInterval(timer)
      await underWay
    },
  }
}
