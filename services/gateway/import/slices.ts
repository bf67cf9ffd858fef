import { setImmediate as turn } from 'node:timers/promises'

const sliceMs = 10

/**
 * Lets a long work pause: it resolves at once while the work has gone on for less than a slice, and
 * then in the next turn of the event loop, in which other callers are served. Those that wait go on
 * one after the other, each in the slice of its turn.
 */
export type Slices = () => Promise<void>

export const createSlices = (): Slices => {
  let began = performance.now()
  let last: Promise<void> = Promise.resolve()
  const pauseAtEnd = async (): Promise<void> => {
    if (performance.now() - began < sliceMs) return
    await turn()
    began = performance.now()
  }
  return () => (last = last.then(pauseAtEnd))
}
