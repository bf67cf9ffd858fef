import t from 'tap'
import { createFairWork } from '../../services/feeds/clients/fair-work.ts'

const gate = () => Promise.withResolvers<void>()

await t.test('addresses take turns, and within an address its clients do', async (t) => {
  const inTurn = createFairWork(1, 100)
  const order: string[] = []
  const open = gate()
  const ask = (address: string, client: string): Promise<void> =>
    inTurn({ address, client }, async () => {
      await open.promise
      order.push(`${address} ${client}`)
    })
  const works = [
    ask('a', 'X'),
    ...Array.from({ length: 4 }, () => ask('a', 'X')),
    ask('a', 'Y'),
    ask('b', 'X'),
    ask('b', 'X'),
  ]
  open.resolve()
  await Promise.all(works)
  t.strictSame(order, ['a X', 'a X', 'b X', 'a Y', 'b X', 'a X', 'a X', 'a X'])
})

await t.test(
  'a full queue refuses the newest work of whoever has most in it, and takes the newcomer',
  async (t) => {
    const inTurn = createFairWork(1, 3)
    const open = gate()
    const ask = (address: string, client: string): Promise<string> =>
      inTurn({ address, client }, () => open.promise).then(
        () => 'done',
        (error: Error) => error.name,
      )
    const flood = Array.from({ length: 6 }, () => ask('a', 'X'))
    const honest = ask('b', 'X')
    open.resolve()
    t.equal(await honest, 'done')
    const outcomes = await Promise.all(flood)
    t.equal(outcomes.filter((o) => o === 'WorkQueueFull').length, 3)
    t.equal(outcomes.filter((o) => o === 'done').length, 3)
  },
)

await t.test('a work that fails gives its place on', async (t) => {
  const inTurn = createFairWork(1, 10)
  const share = { address: 'a', client: 'X' }
  const failing = inTurn(share, async () => {
    throw new Error('broken')
  })
  const next = inTurn(share, async () => 'done')
  await t.rejects(failing, /broken/)
  t.equal(await next, 'done')
  t.equal(await inTurn(share, async () => 'again'), 'again')
})
