import type { Pool } from 'pg'
import { readerTokens } from '#core/decide/audience.ts'
import type { Registry } from '#core/registry/registry.ts'
import { isVictimFirst } from '#core/decide/victim-first.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { readByIndex, readNewest } from '#store/log/rows.ts'
import { readCandidates } from '#store/log/candidates.ts'
import { wasDelivered, type Told } from '#store/handing-over/ledger.ts'
import type { Position } from './cursor.ts'
import { noticeKey, openedEntryOf, type FeedEntry } from './feed-entry.ts'
import { judge, type Asking, type Judged, type JudgeDeps, type Visible } from './judge.ts'
import type { LaterNotices } from './later-notices.ts'
import type { FeedReader } from './reader.ts'
import { rightsEnded } from './rights-change.ts'
import { renderEntry, type Views } from './render.ts'
import type { Tail } from './tail.ts'

/** One entry as it is handed over: `text` is its JSON after the cursor. */
export type Item = {
  readonly position: Position
  readonly index: number
  readonly event: string
  readonly text: string
  readonly told: Told
}

/**
 * `next`: everything up to there was looked at. `end`: nothing newer is in the log. `from`..`to`:
 * what the page may hold.
 */
export type Page = {
  readonly items: readonly Item[]
  /** How many of the items were told how. */
  readonly counts: ReadonlyMap<Told, number>
  readonly next: Position
  readonly end: boolean
  readonly from: number
  readonly to: number
}

export type Asked = {
  readonly reader: FeedReader
  /** A kind, or null for all. */
  readonly kind: string | null
  readonly topic: string
  readonly from: Position
  readonly limit: number
  /** Ends the page early; it holds at least one entry. */
  readonly maxBytes: number
}

export type PageDeps = JudgeDeps & {
  readonly tail: Tail
  readonly views: Views
  /** Reads as a role that sees only what carries the reader's tokens. */
  readonly readers: Pool
  readonly registry: () => Registry
  readonly epochOf: (reader: FeedReader, registry: Registry) => number
  readonly later: LaterNotices
  readonly scanMaxEntries: number
}

/** A run of the log: every entry in it that may concern the reader, and how far it goes. */
type Run = {
  readonly entries: readonly FeedEntry[]
  readonly newestOf: (entry: FeedEntry) => FeedEntry
  readonly scannedTo: number
}

/**
 * The one way to read a feed, whatever the format and however old the cursor. A page looks at a
 * bounded stretch of the log, so it can be short or empty before the end; `next` goes on from
 * there. What waited for victim desks comes first, as far as it waits no longer; then the rest.
 */
export const readPage = async (asked: Asked, deps: PageDeps): Promise<Page> => {
  const registry = deps.registry()
  const asking = { reader: asked.reader, registry, now: nowMicros() }
  const perRun = Math.max(asked.limit, minRun)
  let at = await withRights(asked, deps.epochOf(asked.reader, registry), deps)
  const from = Math.min((at.backfill?.at ?? at.index) + 1, at.waiting ?? Infinity)
  const head = deps.tail.head()
  const items: Item[] = []
  const told = new Map<string, Told>()
  const counts = new Map<Told, number>()
  let bytes = 0
  let isLate = at.waiting !== undefined
  for (
    let scanned = 0;
    (isLate || !isDone(at, head)) &&
    items.length < asked.limit &&
    scanned < deps.scanMaxEntries &&
    bytes < asked.maxBytes;
  ) {
    const { after, to } = isLate ? { after: at.waiting! - 1, to: at.index } : stretchOf(at, head)
    const run = await readRun(
      asked,
      asking,
      after,
      to,
      Math.min(deps.scanMaxEntries - scanned, perRun),
      deps,
    )
    scanned += Math.max(1, run.entries.length)
    const judged = await judgeRun(
      run,
      asked,
      { ...asking, isBackfill: isLate || at.backfill !== undefined, waiting: at.waiting, isLate },
      at,
      told,
      deps,
    )
    let next = isLate
      ? waitedUntil(at, judged.waiting ?? run.scannedTo + 1)
      : moved(at, run.scannedTo, judged.waiting)
    for (const visible of judged.visible) {
      const item = itemOf(
        visible,
        isLate
          ? waitedUntil(at, visible.entry.index + 1)
          : moved(at, visible.entry.index, visible.waiting),
        deps.views,
      )
      items.push(item)
      counts.set(item.told, (counts.get(item.told) ?? 0) + 1)
      bytes += item.text.length
      if (items.length < asked.limit && bytes < asked.maxBytes) continue
      next = item.position
      break
    }
    at = next
    isLate &&= at.waiting !== undefined && judged.waiting === undefined
  }
  return { items, counts, next: at, end: isDone(at, head), from, to: head }
}

const minRun = 100
const microsOfSince = 10_000

/**
 * A reader whose rights have changed since its cursor was made begins a backfill of what it has
 * behind it.
 */
const withRights = async (
  { from, reader }: Asked,
  epoch: number,
  { pool }: PageDeps,
): Promise<Position> => {
  if (from.epoch === epoch) return from
  if (from.index < 0) return { index: from.index, epoch }
  return {
    ...from,
    epoch,
    backfill: {
      at: -1,
      since: Math.floor((await rightsEnded(pool, reader, from)) / microsOfSince),
    },
  }
}

const isDone = ({ index, backfill }: Position, head: number): boolean =>
  backfill === undefined && index >= head

const stretchOf = ({ index, backfill }: Position, head: number): { after: number; to: number } =>
  backfill === undefined ? { after: index, to: head } : { after: backfill.at, to: index }

const moved = (
  { index, epoch, backfill }: Position,
  reached: number,
  waiting: number | undefined,
): Position => {
  const late = waiting === undefined ? undefined : { waiting }
  if (backfill === undefined) return { index: reached, epoch, ...late }
  return reached >= index
    ? { index, epoch, ...late }
    : { index, epoch, backfill: { ...backfill, at: reached }, ...late }
}

/** What waited is behind it up to there. */
const waitedUntil = ({ waiting: _was, ...at }: Position, waiting: number): Position =>
  waiting > at.index ? at : { ...at, waiting }

const itemOf = ({ entry, view, told }: Visible, position: Position, views: Views): Item => ({
  position,
  index: entry.index,
  event: view.event,
  text: entry.opened === undefined ? views(entry, view) : renderEntry(entry, view),
  told,
})

type Reading = Pick<Asking, 'reader' | 'registry' | 'now'>

const readRun = (
  asked: Asked,
  asking: Reading,
  after: number,
  to: number,
  limit: number,
  deps: PageDeps,
): Promise<Run> | Run =>
  after + 1 >= deps.tail.base()
    ? runInMemory(asked, asking, after, to, limit, deps.tail)
    : runInDatabase(asked, asking, after, Math.min(to, deps.tail.base() - 1), limit, deps)

const runInMemory = (
  { kind }: Asked,
  { reader, registry, now }: Reading,
  after: number,
  to: number,
  limit: number,
  tail: Tail,
): Run => {
  const { entries, scannedTo } = tail.candidates(
    new Set(readerTokens(reader, registry, now)),
    after,
    to,
    limit,
  )
  return {
    entries: kind === null ? entries : entries.filter((e) => e.kind === kind),
    scannedTo,
    newestOf: tail.newest,
  }
}

const runInDatabase = async (
  { kind }: Asked,
  { reader, registry, now }: Reading,
  after: number,
  to: number,
  limit: number,
  deps: PageDeps,
): Promise<Run> => {
  const { rows, withdrawn, scannedTo } = await readCandidates(deps.readers, {
    tokens: readerTokens(reader, registry, now),
    after,
    to,
    kind,
    limit,
  })
  const all =
    withdrawn.length === 0
      ? rows
      : [...rows, ...(await readByIndex(deps.pool, withdrawn))].sort((a, b) => a.index - b.index)
  const entries = all.map(openedEntryOf)
  const updated = entries.filter((entry) => deps.later.mayHave(entry.id))
  const newest = new Map(
    (await readNewest(deps.pool, updated)).map((row) => [noticeKey(row), openedEntryOf(row)]),
  )
  return {
    entries,
    scannedTo,
    newestOf: (entry) => {
      const later = newest.get(noticeKey(entry))
      return later !== undefined && later.index > entry.index ? later : entry
    },
  }
}

/**
 * In a backfill, what was handed over with its content before it began is left out; of what waited,
 * everything that could not wait.
 */
const judgeRun = async (
  run: Run,
  { reader, topic }: Asked,
  asking: Asking,
  { backfill }: Position,
  told: Map<string, Told>,
  deps: PageDeps,
): Promise<Judged> => {
  if (asking.isLate)
    return judge(
      run.entries.filter(({ marked }) => isVictimFirst(marked)),
      run.newestOf,
      asking,
      told,
      deps,
    )
  const judged = await judge(run.entries, run.newestOf, asking, told, deps)
  const { visible, waiting } = judged
  if (backfill === undefined || visible.length === 0) return judged
  const [first, last] = [visible[0]!.entry.index, visible.at(-1)!.entry.index]
  const delivered = await wasDelivered(deps.pool, reader.agency, first, last, {
    purpose: reader.purpose,
    topic,
    before: backfill.since * microsOfSince,
  })
  return {
    visible: visible.filter(({ entry, told }) => told === 'content' && !delivered.has(entry.index)),
    waiting,
  }
}
