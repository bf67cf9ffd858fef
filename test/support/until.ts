import { setTimeout as delay } from 'node:timers/promises'

const pollMs = 10

/**
 * Waits for a condition, at most `limitMs`, and answers what it held with; `what` names it in the
 * error. An error of `holds` counts as "not yet".
 */
export const until = async <T>(
  what: string,
  holds: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 10_000,
): Promise<T> => {
  const deadline = performance.now() + limitMs
  for (let last: unknown; ;) {
    try {
      const value = await holds()
      if (value !== undefined && value !== false) return value
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline)
      throw new Error(`not within ${limitMs} ms: ${what}`, { cause: last })
    await delay(pollMs)
  }
}
