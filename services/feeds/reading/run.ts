import { noticeKey } from '#store/log/rows.ts'
import type { Pool } from 'pg'
import { readerTokens } from '#core/decide/audience.ts'
import { eachInTurns } from '#runtime/process/give-turn.ts'
import { readCandidates } from '#store/log/candidates.ts'
import { readByIndex, readNewest } from '#store/log/rows.ts'
import { openedEntryOf, type FeedEntry } from './feed-entry.ts'
import type { LaterNotices } from './later-notices.ts'
import type { Stage } from './position.ts'
import type { Tail } from './tail.ts'
import type { ReaderContext } from './visible.ts'

/** A run of the log, with every entry in it that may concern the reader. */
export type Run = {
  readonly entries: readonly FeedEntry[]
  readonly newestOf: (entry: FeedEntry) => FeedEntry
  /** The run left nothing out up to this index. */
  readonly scannedTo: number
}

export type RunDeps = {
  readonly pool: Pool
  readonly tail: Tail
  /** Its queries run as a database role that sees only entries with one of the reader's tokens. */
  readonly readers: Pool
  readonly later: LaterNotices
}

const minRun = 100
/** Hardly an entry is smaller. */
const minEntryBytes = 1024

/** How many entries a page looks at in one run: not many more than it has room for. */
export const runLimit = (page: { readonly limit: number; readonly maxBytes: number }): number =>
  Math.max(minRun, Math.min(page.limit, Math.floor(page.maxBytes / minEntryBytes)))

/**
 * At most `limit` entries of a stage, of one kind or of all kinds, from memory or from the
 * database.
 */
export const readRun = (
  reading: ReaderContext,
  kind: string | null,
  { after, to }: Stage,
  limit: number,
  deps: RunDeps,
): Promise<Run> | Run => {
  const { reader, registry, now } = reading
  const tokens = readerTokens(reader, registry, now)
  const base = deps.tail.base()
  if (after + 1 < base)
    return runInDatabase({ tokens, kind, after, to: Math.min(to, base - 1), limit }, deps)
  const { entries, scannedTo } = deps.tail.candidates(new Set(tokens), after, to, limit)
  return {
    entries: kind === null ? entries : entries.filter((entry) => entry.kind === kind),
    scannedTo,
    newestOf: deps.tail.newest,
  }
}

const runInDatabase = async (
  range: Parameters<typeof readCandidates>[1],
  deps: RunDeps,
): Promise<Run> => {
  const { rows, withdrawn, scannedTo } = await readCandidates(deps.readers, range)
  const all =
    withdrawn.length === 0
      ? rows
      : [...rows, ...(await readByIndex(deps.pool, withdrawn))].sort((a, b) => a.index - b.index)
  const entries = await eachInTurns(all, openedEntryOf)
  const later = await readNewest(deps.pool, firstOfEach(entries, deps.later))
  const newest = new Map(
    (await eachInTurns(later, openedEntryOf)).map((entry) => [noticeKey(entry), entry]),
  )
  return {
    entries,
    scannedTo,
    newestOf: (entry) => {
      const last = newest.get(noticeKey(entry))
      return last !== undefined && last.index > entry.index ? last : entry
    },
  }
}

/** The first entry of each notice that may have later ones: what is newer than it is the newest. */
const firstOfEach = (entries: readonly FeedEntry[], later: LaterNotices): FeedEntry[] => [
  ...new Map(
    entries
      .filter((entry) => later.mayHave(entry.id))
      .toReversed()
      .map((entry) => [noticeKey(entry), entry]),
  ).values(),
]
