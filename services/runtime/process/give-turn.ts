import { nextTick } from 'node:process'
import { setImmediate as turn } from 'node:timers/promises'

const sliceMs = 10

/**
 * Lets a long work pause: it resolves at once while the works of this process have gone on for less
 * than a slice, and then in the next turn of the event loop, in which other callers are served.
 * Those that wait go on one after the other, each when the one before it has done its step.
 */
export type GiveTurn = () => Promise<void>

const createGiveTurn = (): GiveTurn => {
  let began = performance.now()
  let last: Promise<void> = Promise.resolve()
  const pauseAtEnd = async (): Promise<void> => {
    await new Promise<void>((resolve) => nextTick(resolve))
    if (performance.now() - began < sliceMs) return
    await turn()
    began = performance.now()
  }
  return () => (last = last.then(pauseAtEnd))
}

/** All long works of a process share it, since they share one event loop. */
export const giveTurn: GiveTurn = createGiveTurn()

/** Does a step for each of many things, and may turn after each. Answers the results in order. */
export const eachInTurns = async <T, R>(
  things: readonly T[],
  step: (thing: T) => R,
): Promise<R[]> => {
  const results: R[] = []
  for (const thing of things) {
    results.push(step(thing))
    await giveTurn()
  }
  return results
}

const chunkChars = 32 * 1024

/** The UTF-8 of texts one after the other. They are taken as they are encoded, chunk by chunk. */
export const encodeInTurns = async (texts: Iterable<string>): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let chunk = ''
  for (const text of texts) {
    chunk += text
    if (chunk.length < chunkChars) continue
    chunks.push(Buffer.from(chunk))
    chunk = ''
    await giveTurn()
  }
  return Buffer.concat([...chunks, Buffer.from(chunk)])
}
