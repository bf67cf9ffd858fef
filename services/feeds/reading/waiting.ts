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
   */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<boolean>
  readonly wake: () => void
}

export const createWaiting = (): Waiting => {
  let sleepers = new Set<() => void>()
  return {
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(false)
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
      const woken = sleepers
      sleepers = new Set()
      for (const one of woken) one()
    },
  }
}
