import type { Micros, Registry } from '#core/registry/registry.ts'
import { giveTurn } from '#runtime/process/give-turn.ts'
import { isVictimFirst } from '#core/decide/victim-first.ts'
import { wasDelivered, type Fullness } from '#store/handing-over/ledger.ts'
import type { Minutes } from './minutes.ts'
import {
  atEntry,
  firstIndex,
  passed,
  settled,
  stageOf,
  upToMinute,
  type FullMinute,
  type Position,
  type Stage,
} from './position.ts'
import type { FeedReader } from './reader.ts'
import { rightsEnded } from './rights-change.ts'
import { noHistory, type History } from './history.ts'
import { renderEntry, type Views } from './render.ts'
import { readRun, runLimit, type Run, type RunDeps } from './run.ts'
import {
  findVisible,
  type DecideDeps,
  type ReaderContext,
  type Visible,
  type VisibleRun,
} from './visible.ts'

/** One entry as it is handed over: `text` is its JSON after the cursor. */
type Item = {
  readonly position: Position
  readonly index: number
  readonly event: string
  readonly text: string
  readonly told: Fullness
}

/**
 * `next`: where the reader goes on. Its cursor names the last item, or a full minute behind which
 * there is none. `end`: the log has nothing newer. `waits`: something waits for victim desks.
 * `from`..`to`: the indexes that the page may hold.
 */
export type Page = {
  readonly items: readonly Item[]
  /** How many of the items were handed over with their content, without it, and as a withdrawal. */
  readonly counts: ReadonlyMap<Fullness, number>
  readonly next: Position
  readonly end: boolean
  readonly waits: boolean
  readonly from: number
  readonly to: number
}

export type PageRequest = {
  readonly reader: FeedReader
  /** A kind, or null for all. */
  readonly kind: string | null
  readonly topic: string
  readonly from: Position
  readonly limit: number
  /** Bytes at which the page ends early. A page holds at least one entry. */
  readonly maxBytes: number
}

export type PageDeps = DecideDeps &
  RunDeps & {
    readonly views: Views
    readonly registry: () => Registry
    readonly now: () => Micros
    readonly epochOf: (reader: FeedReader, registry: Registry) => number
    readonly minutes: Pick<Minutes, 'last' | 'of'>
    readonly scanMaxEntries: number
  }

/**
 * Reads a page of a feed, for every format and from a cursor of any age. First come the entries
 * that waited for victim desks and wait no longer, then the backfill, then the new entries. A page
 * looks at `scanMaxEntries` and then ends at its last item; if it has none, it looks on to the end
 * of a full minute or of the log. So it can be short or empty before the end, and `next` goes on.
 */
export const readPage = async (request: PageRequest, deps: PageDeps): Promise<Page> => {
  const registry = deps.registry()
  const reading = { reader: request.reader, registry, now: deps.now() }
  const head = deps.tail.head()
  const full = deps.minutes.last(head)
  const perRun = runLimit(request)
  let at = await withRights(request, deps.epochOf(request.reader, registry), deps)
  const page = openPage(request, deps.views, firstIndex(at), head)
  const history = noHistory()
  let left = deps.scanMaxEntries
  let isLateOver = false
  for (;;) {
    const stage = stageOf(at, head, isLateOver)
    if (stage === undefined) return page.close(upToMinute(at, full), true)
    if (left <= 0 && page.hasItems()) return page.closeAtItem()
    const edge = left > 0 ? undefined : await edgeOf(stage.after, full, deps)
    if (edge !== undefined && stage.after >= edge.end)
      return page.close(upToMinute(at, edge), false)
    const run = await readRun(
      reading,
      request.kind,
      edge === undefined ? stage : { ...stage, to: Math.min(stage.to, edge.end) },
      left > 0 ? Math.min(left, perRun) : Math.max(deps.scanMaxEntries, perRun),
      deps,
    )
    left -= Math.max(1, run.entries.length)
    const telling = { ...reading, topic: request.topic, at, history }
    const found = await readStage(run, stage, telling, deps)
    at = await page.take(at, stage, run, found)
    if (page.isFull()) return page.closeAtItem()
    isLateOver = stage.kind !== 'late' || found.waiting !== undefined
  }
}

/**
 * Where a page without items ends that has looked at enough: at the end of the minute of the last
 * entry that it looked at. undefined: that minute is not over, and the page looks on to its end.
 */
const edgeOf = async (
  index: number,
  full: FullMinute | undefined,
  { minutes }: PageDeps,
): Promise<FullMinute | undefined> => {
  if (full === undefined || index > full.end) return undefined
  return await minutes.of(Math.max(index, 0))
}

/** A page while it fills. `take` adds a run and answers the position after it. */
const openPage = ({ limit, maxBytes }: PageRequest, views: Views, from: number, to: number) => {
  const items: Item[] = []
  const counts = new Map<Fullness, number>()
  let bytes = 0
  const isFull = (): boolean => items.length >= limit || bytes >= maxBytes
  const closed = (next: Position, end: boolean, waits: boolean): Page => ({
    items,
    counts,
    next,
    end,
    waits,
    from,
    to,
  })
  return {
    isFull,
    hasItems: () => items.length > 0,
    take: async (at: Position, stage: Stage, run: Run, found: VisibleRun): Promise<Position> => {
      for (const visible of found.visible) {
        await giveTurn()
        const position = atEntry(at, stage, visible.entry.index, visible.waiting)
        const item = itemOf(visible, position, views)
        items.push(item)
        counts.set(item.told, (counts.get(item.told) ?? 0) + 1)
        bytes += item.text.length
        if (isFull()) return position
        at = stage.kind === 'live' ? position : at
      }
      return passed(at, stage.kind, run.scannedTo, found.waiting)
    },
    /** Ends the page behind everything that it looked at. `end`: the log has nothing newer. */
    close: (at: Position, end: boolean): Page => closed(settled(at), end, at.waiting !== undefined),
    /** Ends the page at its last item. There may be more. */
    closeAtItem: (): Page => closed(items.at(-1)!.position, false, false),
  }
}

const itemOf = ({ entry, view, told }: Visible, position: Position, views: Views): Item => ({
  position,
  index: entry.index,
  event: view.event,
  text: entry.opened === undefined ? views(entry, view) : renderEntry(entry, view),
  told,
})

const microsOfSince = 10_000

/** Begins a backfill for a reader whose rights have changed since its cursor was made. */
const withRights = async (
  { from, reader }: PageRequest,
  epoch: number,
  { pool }: PageDeps,
): Promise<Position> => {
  const { scanned: _looked, ...named } = from
  if (from.epoch === epoch) return from
  if (from.index < 0) return { ...named, epoch }
  const since = Math.floor((await rightsEnded(pool, reader, from)) / microsOfSince)
  return { ...named, epoch, backfill: { at: -1, since } }
}

type StageReading = ReaderContext & {
  readonly topic: string
  readonly at: Position
  readonly history: History
}

/** The visible entries of a run. How they are found depends on the stage of the run. */
const readStage = (
  run: Run,
  stage: Stage,
  reading: StageReading,
  deps: PageDeps,
): Promise<VisibleRun> => {
  if (stage.kind === 'late') return readLate(run, reading, deps)
  return stage.kind === 'backfill'
    ? readBackfill(run, stage.since, reading, deps)
    : readLive(run, reading, deps)
}

const readLive = ({ entries, newestOf }: Run, reading: StageReading, deps: PageDeps) =>
  findVisible(
    entries,
    newestOf,
    { ...reading, isBackfill: false, waiting: reading.at.waiting, isLate: false },
    deps,
  )

/** Only a notice that victim desks get first can have waited. */
const readLate = ({ entries, newestOf }: Run, reading: StageReading, deps: PageDeps) =>
  findVisible(
    entries.filter(({ marked }) => isVictimFirst(marked)),
    newestOf,
    { ...reading, isBackfill: true, waiting: undefined, isLate: true },
    deps,
  )

/**
 * Gives only entries with content, without those that were handed over with content before `since`.
 */
const readBackfill = async (
  { entries, newestOf }: Run,
  since: number,
  reading: StageReading,
  deps: PageDeps,
): Promise<VisibleRun> => {
  const telling = { ...reading, isBackfill: true, waiting: reading.at.waiting, isLate: false }
  const found = await findVisible(entries, newestOf, telling, deps)
  const { visible, waiting } = found
  if (visible.length === 0) return found
  const { reader, topic } = reading
  const [first, last] = [visible[0]!.entry.index, visible.at(-1)!.entry.index]
  const delivered = await wasDelivered(deps.pool, reader.agency, first, last, {
    purpose: reader.purpose,
    topic,
    before: since * microsOfSince,
  })
  const isNew = ({ entry, told }: Visible): boolean =>
    told === 'content' && !delivered.has(entry.index)
  return { visible: visible.filter(isNew), waiting }
}
