import t from 'tap'
import { inOrder } from '../../services/gateway/import/in-order.ts'
import { packLines } from '../../services/gateway/import/pack.ts'
import { all } from './import-fixtures.ts'

await t.test(
  'work in order: at most so much at once, results in order, nothing read ahead of a slow reader',
  async (t) => {
    let [under, most, read] = [0, 0, 0]
    const source = async function* (): AsyncGenerator<number> {
      for (; read < 50;) yield read++
    }
    const work = async (n: number): Promise<number> => {
      most = Math.max(most, ++under)
      await new Promise((done) => setImmediate(done))
      under -= 1
      return n
    }
    const results = inOrder(source(), work, 8)
    t.equal((await results.next()).value, 0)
    t.equal(read, 8, 'no more than the width is read')
    t.same(
      await all(results),
      Array.from({ length: 49 }, (_, i) => i + 1),
    )
    t.equal(most, 8)
    await t.rejects(
      all(
        inOrder(
          source.call((read = 0)),
          async (n) => (n === 3 ? Promise.reject(new Error('away')) : n),
          8,
        ),
      ),
      /away/,
    )
  },
)

await t.test('lines are packed, and none waits for the next', async (t) => {
  const gate = Promise.withResolvers<void>()
  const lines = async function* (): AsyncGenerator<string> {
    yield 'a\n'
    yield 'b\n'
    await gate.promise
    yield 'c\n'
  }
  const packed = packLines(lines())
  t.equal((await packed.next()).value, 'a\nb\n')
  gate.resolve()
  t.same(await all(packed), ['c\n'])
  t.same(await all(packLines(lines(), 1)), ['a\n', 'b\n', 'c\n'])
})

await t.test(
  'lines that are always ready leave the event loop its turns, so that others are served',
  async (t) => {
    const lines = async function* (): AsyncGenerator<string> {
      for (let i = 0; i < 1000; i++) yield `line ${i}\n`
    }
    let turns = 0
    const count = (): void => {
      turns += 1
      timer = setImmediate(count)
    }
    let timer = setImmediate(count)
    const chunks = await all(packLines(lines(), 100))
    clearImmediate(timer)
    t.equal(chunks.join('').split('\n').length, 1001)
    t.ok(turns >= chunks.length - 1, `${turns} turns for ${chunks.length} chunks`)
  },
)
