import { noticeKey } from '#store/log/rows.ts'
import type { Pool } from 'pg'
import { decide, type Decision } from '#core/decide/decide.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { mayGive, together, visibleEvent, type NoticeEvent } from '#core/decide/visible-event.ts'
import { isVictimFirst } from '#core/decide/victim-first.ts'
import type { Fullness } from '#store/handing-over/ledger.ts'
import { readEarlier } from '#store/handing-over/ledger.ts'
import { isLater, type FeedEntry } from './feed-entry.ts'
import type { HeadStart } from '../handing-over/head-start.ts'
import type { FeedReader } from './reader.ts'
import type { View } from './render.ts'

/** An entry that a reader is told of, and how. */
export type Visible = {
  readonly entry: FeedEntry
  readonly view: View
  readonly told: Fullness
  readonly waiting: number | undefined
}

/** Who reads, and by which registry and time it is decided. */
export type ReaderContext = {
  readonly reader: FeedReader
  readonly registry: Registry
  readonly now: Micros
}

/** How a run is told to a reader. */
export type Telling = ReaderContext & {
  /** Of each notice only the newest version is told, because later ones may have been. */
  readonly isBackfill: boolean
  /** Versions that victim desks are told of first wait from this entry on; `Position.waiting`. */
  readonly waiting: number | undefined
  /** The run holds what waited: it is told up to the first entry that still waits. */
  readonly isLate: boolean
  /** How this page told earlier entries, by notice; added to. */
  readonly told: Map<string, Fullness>
}

/** `waiting`: the first of the run, or before it, that the reader is to be told of later. */
export type VisibleRun = {
  readonly visible: readonly Visible[]
  readonly waiting: number | undefined
}

export type DecideDeps = {
  readonly pool: Pool
  /** The agencies that acknowledged the conditions of this notice version. */
  readonly acknowledgedBy: (entry: FeedEntry) => Promise<ReadonlySet<string>>
  readonly unwritten: (readerKey: string, index: number) => Fullness | undefined
  readonly count: (decision: Decision) => void
  /** Whether victim desks are still to be told of it first. */
  readonly waits: HeadStart
}

/**
 * What of a run of entries, in order, a reader is told: decided for now, on each entry's version
 * and on its notice's newest. In a backfill only the newest version of a notice is told: an older
 * one must not overtake what was handed over. What victim desks are told of first waits for them,
 * and whatever of the same kind comes after it waits with it, so that its order stays.
 */
export const findVisible = async (
  entries: readonly FeedEntry[],
  newestOf: (entry: FeedEntry) => FeedEntry,
  telling: Telling,
  deps: DecideDeps,
): Promise<VisibleRun> => {
  const decided = await decideAll(entries, newestOf, telling, deps)
  const earlier = await earlierTold(entries.filter(isLater), telling.reader, deps)
  const visible: Visible[] = []
  let waiting = telling.isLate ? undefined : telling.waiting
  for (const one of decided) {
    const { entry } = one
    const event = eventOf(
      one,
      telling.told.get(noticeKey(entry)) ?? earlier.get(entry.index),
      telling,
    )
    deps.count(one.own)
    if (event === null || (telling.isLate && event === 'notice.withdrawn')) continue
    if (event !== 'notice.withdrawn' && isVictimFirst(entry.marked)) {
      if (waiting !== undefined && entry.index >= waiting) continue
      if (await deps.waits(entry, telling)) {
        waiting = entry.index
        if (telling.isLate) break
        continue
      }
    }
    const shown = visibleOf(one, event, waiting, telling)
    telling.told.set(noticeKey(entry), shown.told)
    visible.push(shown)
  }
  return { visible, waiting }
}

type Decided = {
  readonly entry: FeedEntry
  readonly own: Decision
  readonly newest: Decision
  readonly isNewest: boolean
}

const decideAll = async (
  entries: readonly FeedEntry[],
  newestOf: (entry: FeedEntry) => FeedEntry,
  reading: ReaderContext,
  deps: DecideDeps,
): Promise<Decided[]> => {
  const decided: Decided[] = []
  const of = async (entry: FeedEntry): Promise<Decision> => await decideFor(entry, reading, deps)
  for (const entry of entries) {
    const newest = newestOf(entry)
    const own = decideNow(entry, reading) ?? (await of(entry))
    const ofNewest = newest === entry ? own : (decideNow(newest, reading) ?? (await of(newest)))
    decided.push({ entry, own, newest: ofNewest, isNewest: newest === entry })
  }
  return decided
}

/** `last`: how the reader was told of the notice before. */
const eventOf = (
  { entry, own, newest, isNewest }: Decided,
  last: Fullness | undefined,
  { isBackfill }: Telling,
): NoticeEvent | null =>
  visibleEvent({
    entryDecision: own,
    newestDecision: newest,
    status: entry.status,
    heldBefore: last !== undefined && last !== 'withdrawn',
    isNewestForReader: isNewest || !isBackfill,
  })

const visibleOf = (
  { entry, own, newest }: Decided,
  event: NoticeEvent,
  waiting: number | undefined,
  { reader }: Telling,
): Visible => {
  const content =
    event !== 'notice.withdrawn' &&
    entry.notHeld !== true &&
    mayGive({ entryDecision: own, newestDecision: newest })
  const decision = content ? together(own, newest) : own
  return {
    entry,
    view: { event, decision, content, proof: reader.type !== 'corporate-partner' },
    told: toldBy(event, content),
    waiting,
  }
}

const toldBy = (event: NoticeEvent, content: boolean): Fullness =>
  event === 'notice.withdrawn' ? 'withdrawn' : content ? 'content' : 'bare'

/** The decision, where it does not hang on an acknowledgement; mostly, and without waiting. */
const decideNow = (
  { marked }: FeedEntry,
  { reader, registry, now }: ReaderContext,
): Decision | undefined => {
  const decision = decide(reader, marked, registry, now)
  return decision.rule === 'conditions-not-acknowledged' ? undefined : decision
}

/** The decision; whether the conditions were acknowledged is asked only where it decides. */
export const decideFor = async (
  entry: FeedEntry,
  { reader, registry, now }: ReaderContext,
  deps: Pick<DecideDeps, 'acknowledgedBy'>,
): Promise<Decision> => {
  const decision = decide(reader, entry.marked, registry, now)
  if (decision.rule !== 'conditions-not-acknowledged') return decision
  const agencies = await deps.acknowledgedBy(entry)
  return agencies.has(reader.agency)
    ? decide({ ...reader, acknowledged: true }, entry.marked, registry, now)
    : decision
}

/**
 * For entries that are not their notice's first: how the reader was last told of the notice before.
 */
const earlierTold = async (
  entries: readonly FeedEntry[],
  reader: FeedReader,
  { pool, unwritten }: DecideDeps,
): Promise<Map<number, Fullness>> => {
  const last = new Map<number, Fullness>()
  if (entries.length === 0) return last
  for (const { entry, index, told } of await readEarlier(
    pool,
    reader.agency,
    reader.purpose,
    entries,
  )) {
    const known = unwritten(reader.key, index) ?? told
    if (known !== null) last.set(entry, known)
  }
  return last
}
