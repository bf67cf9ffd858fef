import { setTimeout as timeout } from 'node:timers/promises'

/** Resolves after this time, or as soon as `signal` is aborted. Never rejects. */
export const pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await timeout(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}
