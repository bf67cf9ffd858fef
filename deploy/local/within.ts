import { setTimeout as delay } from 'node:timers/promises'

/** Waits for something that is not there at once, such as a token right after a start. */
export const within = async <T>(
  ms: number,
  what: string,
  attempt: () => Promise<T | undefined>,
): Promise<T> => {
  const until = Date.now() + ms
  for (;;) {
    const found = await attempt()
    if (found !== undefined) return found
    if (Date.now() > until) throw new Error(`${what}: not within ${ms} ms`)
    await delay(50)
  }
}
