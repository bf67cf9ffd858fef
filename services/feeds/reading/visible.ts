import { noticeKey } from '#store/log/rows.ts'
import { decide, type Decision } from '#core/decide/decide.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import {
  dependsOnHistory,
  isSureToBeTold,
  mayGive,
  together,
  visibleEvent,
  type LoggedVersion,
  type NoticeEvent,
} from '#core/decide/visible-event.ts'
import { giveTurn } from '#runtime/process/give-turn.ts'
import { isVictimFirst } from '#core/decide/victim-first.ts'
import type { Fullness } from '#store/handing-over/ledger.ts'
import { isLater, type FeedEntry } from './feed-entry.ts'
import type { HeadStart } from '../handing-over/head-start.ts'
import { lastToldBefore, type History, type HistoryDeps } from './history.ts'
import type { FeedReader } from './reader.ts'
import type { View } from './render.ts'

/** An entry that a reader is told, and how. */
export type Visible = {
  readonly entry: FeedEntry
  readonly view: View
  readonly told: Fullness
  readonly waiting: number | undefined
}

/** The reader, and the registry and the time that decide for it. */
export type ReaderContext = {
  readonly reader: FeedReader
  readonly registry: Registry
  readonly now: Micros
}

/** How a run is told to a reader. */
export type Telling = ReaderContext & {
  /**
   * Only the newest version of each notice is told, because later versions may have been handed
   * over.
   */
  readonly isBackfill: boolean
  /** From this entry on, notices that victim desks get first wait. It is `Position.waiting`. */
  readonly waiting: number | undefined
  /** The run holds entries that waited. It is told up to the first entry that still waits. */
  readonly isLate: boolean
  /** What the reader was told before. `findVisible` adds to it. */
  readonly history: History
}

/** `waiting`: the first entry, of this run or an earlier one, that the reader gets later. */
export type VisibleRun = {
  readonly visible: readonly Visible[]
  readonly waiting: number | undefined
}

export type DecideDeps = HistoryDeps & {
  /** The agencies that acknowledged the conditions of this notice version. */
  readonly acknowledgedBy: (entry: FeedEntry) => Promise<ReadonlySet<string>>
  readonly count: (decision: Decision) => void
  /** Whether victim desks are to get the entry before this reader. */
  readonly waits: HeadStart
}

/**
 * Which entries of a run a reader is told, in order. Each entry is decided by its own version and
 * by the newest version of its notice. What the reader was told before is looked up for those alone
 * whose event depends on it. A backfill tells only the newest version of a notice, since
 * an older one must not follow a later one that was handed over. A notice that victim desks get
 * first waits for them. Later notices of this sort wait behind it, so their order stays.
 */
export const findVisible = async (
  entries: readonly FeedEntry[],
  newestOf: (entry: FeedEntry) => FeedEntry,
  telling: Telling,
  deps: DecideDeps,
): Promise<VisibleRun> => {
  const decided = await decideAll(entries, newestOf, telling, deps)
  const earlier = await lastToldBefore(
    needingHistory(decided, telling),
    telling.reader,
    telling.history,
    deps,
  )
  const { byPage } = telling.history
  const visible: Visible[] = []
  let waiting = telling.isLate ? undefined : telling.waiting
  for (const one of decided) {
    const { entry } = one
    const last = byPage.get(noticeKey(entry)) ?? earlier.get(entry.index)
    const event = visibleEvent({ ...loggedOf(one, telling), heldBefore: isHeld(last) })
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
    byPage.set(noticeKey(entry), shown.told)
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

/** How many entries are decided before the event loop may turn: to decide costs little. */
const perTurn = 16

/** The newest version of a notice is decided once, however many entries of it there are. */
const decideAll = async (
  entries: readonly FeedEntry[],
  newestOf: (entry: FeedEntry) => FeedEntry,
  reading: ReaderContext,
  deps: DecideDeps,
): Promise<Decided[]> => {
  const decided: Decided[] = []
  const ofNewest = new Map<FeedEntry, Decision>()
  const of = async (entry: FeedEntry): Promise<Decision> =>
    ofNewest.get(entry) ?? decideNow(entry, reading) ?? (await decideFor(entry, reading, deps))
  for (const [at, entry] of entries.entries()) {
    if (at % perTurn === 0) await giveTurn()
    const newest = newestOf(entry)
    const decision = await of(newest)
    ofNewest.set(newest, decision)
    const isNewest = newest === entry
    decided.push({ entry, own: isNewest ? decision : await of(entry), newest: decision, isNewest })
  }
  return decided
}

const loggedOf = (
  { entry, own, newest, isNewest }: Decided,
  { isBackfill }: Telling,
): Omit<LoggedVersion, 'heldBefore'> => ({
  entryDecision: own,
  newestDecision: newest,
  status: entry.status,
  isNewestForReader: isNewest || !isBackfill,
})

/**
 * The entries whose event depends on what the reader was told before this page. Behind one that the
 * page is sure to tell, the page itself knows.
 */
const needingHistory = (decided: readonly Decided[], telling: Telling): FeedEntry[] => {
  const told = new Set<string>()
  return decided.flatMap((one) => {
    const { entry } = one
    if (told.has(noticeKey(entry))) return []
    const logged = loggedOf(one, telling)
    if (!telling.isLate && isSureToBeTold(logged) && !isVictimFirst(entry.marked))
      told.add(noticeKey(entry))
    return isLater(entry) && dependsOnHistory(logged) ? [entry] : []
  })
}

/** Whether a reader holds a notice that it was last told of like this. */
export const isHeld = (last: Fullness | undefined): boolean =>
  last !== undefined && last !== 'withdrawn'

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

/** The decision, if it does not depend on an acknowledgement. Most do not, and need no waiting. */
const decideNow = (
  { marked }: FeedEntry,
  { reader, registry, now }: ReaderContext,
): Decision | undefined => {
  const decision = decide(reader, marked, registry, now)
  return asksForConditions(decision) ? undefined : decision
}

/**
 * Whether an acknowledgement can change the decision. The reason of a revocation is given under the
 * same conditions as the content was.
 */
const asksForConditions = ({ rule, conditions }: Decision): boolean =>
  rule === 'conditions-not-acknowledged' || (rule === 'revoked' && conditions === true)

/** The decision. The acknowledgements are read only where they decide. */
export const decideFor = async (
  entry: FeedEntry,
  { reader, registry, now }: ReaderContext,
  deps: Pick<DecideDeps, 'acknowledgedBy'>,
): Promise<Decision> => {
  const decision = decide(reader, entry.marked, registry, now)
  if (!asksForConditions(decision)) return decision
  const agencies = await deps.acknowledgedBy(entry)
  return agencies.has(reader.agency)
    ? decide({ ...reader, acknowledged: true }, entry.marked, registry, now)
    : decision
}
