import { setTimeout as delay } from 'node:timers/promises'

/**
 * Runs each work at its own time, whether the last one is done or not. Resolves when all are done.
 */
export const steadily = async (
  seconds: number,
  perSecond: number,
  send: (i: number) => Promise<unknown>,
): Promise<void> => {
  const started = performance.now()
  const sent: Promise<unknown>[] = []
  for (let i = 0; i < seconds * perSecond; i++) {
    const wait = started + (i * 1000) / perSecond - performance.now()
    if (wait > 0) await delay(wait)
    sent.push(send(i))
  }
  await Promise.all(sent)
}
