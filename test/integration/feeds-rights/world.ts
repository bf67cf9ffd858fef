import t from 'tap'
import type { FeedEntry } from '#test/support/clients.ts'
import {
  createFeedsWorld,
  feedReader,
  token,
  type Content,
  type FeedsProcess,
} from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'

export const world = await createFeedsWorld(t)

export const inMemory = await world.start()

const inDatabase = await world.start({ TAIL_MAX_ENTRIES: '0' })

export const both: readonly [string, FeedsProcess][] = [
  ['from memory', inMemory],
  ['from the database', inDatabase],
]

const tokens = Object.fromEntries(
  await Promise.all(
    ['th-ccib', 'kh-acd', 'vn-c06', 'jp-npa', 'exchange-1', 'kh-rescue'].map(
      async (c) => [c, await token(inMemory, c)] as const,
    ),
  ),
)

export const tokenOf = (agency: string): string => tokens[agency.toLowerCase()]!

export const { readAll } = feedReader(tokenOf)

export const settled = (): Promise<void> => world.settled([inMemory, inDatabase])

export const log = async (
  ...versions: { content: Content; version?: number; status?: 'active' | 'revoked' }[]
): Promise<void> => {
  await world.append(versions)
  await settled()
}

export const told = (entries: readonly FeedEntry[]): string[] =>
  entries.map(({ event, notice }) => `${event} ${(notice as { version?: number }).version ?? ''}`)

export const of = (entries: readonly FeedEntry[], { id }: Content): FeedEntry[] =>
  entries.filter((e) => e.notice.id === id)

/** The ledger says who held what, so these tests wait for it. */
export const written = async (agency: string, { id }: Content): Promise<void> => {
  await until(`the ledger has ${id} for ${agency}`, async () => {
    const { rows } = await world.pool.query<{ n: number }>(
      `select count(*) as n from entry e join delivery d on d.agency = $1
        and e.index between d.first_index and d.last_index
        and get_bit(d.bitmap, e.index - d.first_index) = 1 where e.id = $2`,
      [agency, id],
    )
    return rows[0]!.n > 0
  })
}
