import t from 'tap'
import { nowMicros } from '#runtime/process/clock.ts'
import { summariseDeliveries, type HandOverSummary } from '#store/handing-over/delivery-summary.ts'
import { insertDeliveries, insertOffers } from '#store/handing-over/ledger.ts'
import { createFeedsWorld, forKh } from '#test/support/feeds.ts'

/*
 * The originator learns what a reader in another country was handed, however much it was at once.
 */
const world = await createFeedsWorld(t)
const { pool } = world
const notices = Array.from({ length: 60 }, () => forKh())
await world.append(notices.map((content) => ({ content })))

const deliver = async (
  agency: string,
  times: readonly { readonly at: number; readonly first: number; readonly last: number }[],
): Promise<void> => {
  const about = {
    participant: agency.slice(0, 2),
    agency,
    purpose: 'criminal-investigation',
    client: 'c',
    channel: 'page',
    topic: 'all',
  }
  const [offer] = await insertOffers(pool, [{ ...about, from: 0, to: 99, at: nowMicros() }])
  await insertDeliveries(
    pool,
    times.map(({ at, first, last }) => ({
      ...about,
      offer: offer!,
      first,
      last,
      bitmap: Buffer.alloc(8, 0xff),
      bare: null,
      withdrawn: null,
      at,
    })),
  )
}
const summarise = async (): Promise<{
  parts: number[]
  told: HandOverSummary[]
  more: boolean
}> => {
  const parts: number[] = []
  const told: HandOverSummary[] = []
  const more = await summariseDeliveries(pool, async (handOvers) => {
    parts.push(handOvers.length)
    told.push(...handOvers)
  })
  return { parts, told, more }
}
const names = (told: readonly HandOverSummary[]): string[] =>
  [...new Set(told.map(({ id, participant }) => `${id} ${participant}`))].sort()
const all = (participant: string): string[] =>
  notices.map(({ id }) => `${id} ${participant}`).sort()

await t.test(
  'what was handed over in one moment is told whole, though it is more than is looked at',
  async (t) => {
    const at = 1_000_000
    await deliver(
      'KH-ACD',
      Array.from({ length: 2500 }, (_, i) => ({
        at,
        first: i < 2440 ? 0 : i - 2440,
        last: i < 2440 ? 0 : i - 2440,
      })),
    )
    const { told, more } = await summarise()
    t.strictSame([names(told), more], [all('KH'), true])
    t.strictSame(await summarise(), { parts: [], told: [], more: false }, 'and not again')
  },
)

await t.test('what an originator reads of its own stops nothing that comes after it', async (t) => {
  await deliver(
    'TH-CCIB',
    Array.from({ length: 2100 }, (_, i) => ({ at: 2_000_000 + i, first: 0, last: 59 })),
  )
  await deliver('VN-C06', [{ at: 3_000_000, first: 0, last: 59 }])
  t.strictSame(await summarise(), { parts: [], told: [], more: true })
  t.strictSame(names((await summarise()).told), all('VN'))
})

await t.test('however much it is, it comes in parts', async (t) => {
  const before = 1940
  for (let from = 0; from < before; from += 485)
    await world.append(Array.from({ length: 485 }, () => ({ content: forKh() })))
  const rows = Array.from({ length: Math.ceil((before + 60) / 60) }, (_, i) => ({
    at: 9_000_000,
    first: i * 60,
    last: Math.min(i * 60 + 59, before + 59),
  }))
  await deliver('KH-ACD', rows)
  const { parts, told } = await summarise()
  t.ok(parts.length >= 2 && parts.every((part) => part <= 1000), parts.join())
  t.equal(names(told.filter(({ participant }) => participant === 'KH')).length, before + 60)
})
