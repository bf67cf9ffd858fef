import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { encodeInTurns, giveTurn } from '#runtime/process/give-turn.ts'

/** Its caller goes on some microtasks later than `giveTurn` resolves, as behind a generator. */
const pause = async (): Promise<void> => {
  await giveTurn()
  await Promise.resolve()
}

/** Computes for longer than a slice. */
const compute = (): void => {
  for (const began = performance.now(); performance.now() - began < 12;);
}

void t.test('of works that wait together, each does its step in a turn of its own', async (t) => {
  let steps = 0
  let most = 0
  const work = async (): Promise<void> => {
    for (let step = 0; step < 5; step++) {
      await pause()
      compute()
      most = Math.max(most, ++steps)
    }
  }
  let over = false
  const works = Promise.all([work(), work(), work()]).finally(() => (over = true))
  while (!over) {
    await turn()
    steps = 0
  }
  await works
  t.equal(most, 1)
})

void t.test('texts are encoded one after the other, large and small', async (t) => {
  const texts = ['', 'ก'.repeat(40_000), 'x', '\u{1f600}', 'y'.repeat(33_000)]
  t.same(await encodeInTurns(texts), Buffer.from(texts.join('')))
  t.same(await encodeInTurns([]), Buffer.alloc(0))
})
