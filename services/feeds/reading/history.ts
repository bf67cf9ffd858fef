import type { Pool } from 'pg'
import type { Fullness } from '#store/handing-over/ledger.ts'
import {
  readLastTold,
  type AskedHistory,
  type VersionPlace,
  type ToldEntry,
} from '#store/handing-over/last-told.ts'
import { noticeKey } from '#store/log/rows.ts'
import { toldIn, type Block } from '../handing-over/marks.ts'
import type { FeedEntry } from './feed-entry.ts'
import type { FeedReader } from './reader.ts'

/** What is known of a notice: how the reader was last told of its entries before `upTo`. */
type Known = { readonly upTo: VersionPlace; readonly told: Fullness | undefined }

/**
 * What the reader of a page was told of notices before, so that no page looks at the same earlier
 * entries twice. `byPage`: how this page told them; it has the last word.
 */
export type History = {
  readonly byPage: Map<string, Fullness>
  readonly before: Map<string, Known>
}

export const noHistory = (): History => ({ byPage: new Map(), before: new Map() })

export type HistoryDeps = {
  readonly pool: Pool
  /** The marks of this process that the ledger does not have yet. */
  readonly unwritten: (readerKey: string) => readonly Block[]
}

/**
 * For each of these entries, which are in order: how the reader was last told of its notice before
 * it. One question for all of them: it reads the entries between those of a notice, and goes back
 * from the first of them to the one that the reader was told of last.
 */
export const lastToldBefore = async (
  entries: readonly FeedEntry[],
  { agency, purpose, key }: FeedReader,
  { byPage, before }: History,
  { pool, unwritten }: HistoryDeps,
): Promise<Map<number, Fullness>> => {
  const notices = [...Map.groupBy(entries, noticeKey)].filter(([name]) => !byPage.has(name))
  const last = new Map<number, Fullness>()
  if (notices.length === 0) return last
  const marks = unwritten(key)
  const asked = notices.map(([name, of]) => askedOf(of, before.get(name)))
  const rows = await readLastTold(pool, agency, purpose, asked, marks)
  const byNotice = Map.groupBy(rows, ({ nth }) => nth)
  notices.forEach(([name, of], nth) => {
    const told = (byNotice.get(nth) ?? []).values()
    const since = asked[nth]!.since === start ? undefined : before.get(name)?.told
    before.set(name, { upTo: of.at(-1)!, told: follow(of, told, since, marks, last) })
  })
  return last
}

const start: VersionPlace = { version: 0, index: -1 }

const askedOf = (entries: readonly FeedEntry[], known: Known | undefined): AskedHistory => {
  const [from, to] = [entries[0]!, entries.at(-1)!]
  const { issuer, id } = from
  const since = known !== undefined && known.upTo.index <= from.index ? known.upTo : start
  return { issuer, id, since, from, to }
}

/** Notes for each entry what was told before it. Answers what was told before the last one. */
const follow = (
  entries: readonly FeedEntry[],
  rows: Iterator<ToldEntry>,
  since: Fullness | undefined,
  marks: readonly Block[],
  last: Map<number, Fullness>,
): Fullness | undefined => {
  let state = since
  let next = rows.next()
  for (const { index } of entries) {
    for (; !next.done && next.value.index < index; next = rows.next())
      state = markOf(marks, next.value.index) ?? next.value.told ?? state
    if (state !== undefined) last.set(index, state)
  }
  return state
}

const markOf = (marks: readonly Block[], index: number): Fullness | undefined => {
  for (const block of marks) {
    const told = toldIn(block, index)
    if (told !== undefined) return told
  }
  return undefined
}
