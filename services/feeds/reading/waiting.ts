import type { Page } from './page.ts'

const lookAgainMs = 500

/**
 * The longest wait in ms. A reader with waiting entries looks again every now and then, since
 * nothing wakes it when it may have them.
 */
export const lookAgainIn = ({ waits }: Pick<Page, 'waits'>, ms: number): number =>
  waits ? Math.min(ms, lookAgainMs) : ms

/** Lets readers wait for something to happen: the log grows, or the registry changes. */
export type Waiting = {
  /**
   * Resolves with true when something happens, with false after `ms` or when `signal` is aborted.
   * `since`: `happened` before the caller looked; what happened after that counts, too.
   */
  readonly wait: (ms: number, signal: AbortSignal, since?: number) => Promise<boolean>
  /** How often something has happened. */
  readonly happened: () => number
  readonly wake: () => void
}

export const createWaiting = (): Waiting => {
  let sleepers = new Set<() => void>()
  let count = 0
  return {
    happened: () => count,
    wait: (ms, signal, since = count) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(false)
        if (since !== count) return resolve(true)
        const end = (happened: boolean): void => {
          clearTimeout(timer)
          sleepers.delete(woken)
          signal.removeEventListener('abort', ended)
          resolve(happened)
        }
        const woken = (): void => end(true)
        const ended = (): void => end(false)
        const timer = setTimeout(ended, ms)
        sleepers.add(woken)
        signal.addEventListener('abort', ended)
      }),
    wake: () => {
      count += 1
      const woken = sleepers
      sleepers = new Set()
      for (const one of woken) one()
    },
  }
}
