import type { Pool } from 'pg'
import { decide, type Decision } from '#core/decide/decide.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { mayGive, together, visibleEvent, type NoticeEvent } from '#core/decide/visible-event.ts'
import { isVictimFirst } from '#core/decide/victim-first.ts'
import type { Told } from '#store/handing-over/ledger.ts'
import { readEarlier } from '#store/handing-over/ledger.ts'
import { isLater, noticeKey, type FeedEntry } from './feed-entry.ts'
import type { HeadStart } from '../handing-over/head-start.ts'
import type { FeedReader } from './reader.ts'
import type { View } from './render.ts'

/** An entry that a reader is told of, and how. */
export type Visible = {
  readonly entry: FeedEntry
  readonly view: View
  readonly told: Told
  readonly waiting: number | undefined
}

export type Asking = {
  readonly reader: FeedReader
  readonly registry: Registry
  readonly now: Micros
  /** Of each notice only the newest version is told, because later ones may have been. */
  readonly isBackfill: boolean
  /** Versions that victim desks are told of first wait from this entry on; `Position.waiting`. */
  readonly waiting: number | undefined
  /** What waited is looked at: it is told up to the first that still waits, and nothing else is. */
  readonly isLate: boolean
}

/** `waiting`: the first of the run, or before it, that the reader is to be told of later. */
export type Judged = { readonly visible: readonly Visible[]; readonly waiting: number | undefined }

export type JudgeDeps = {
  readonly pool: Pool
  /** The agencies that acknowledged the conditions of this notice version. */
  readonly acknowledgedBy: (entry: FeedEntry) => Promise<ReadonlySet<string>>
  readonly unwritten: (readerKey: string, index: number) => Told | undefined
  readonly count: (decision: Decision) => void
  /** Whether victim desks are still to be told of it first. */
  readonly waits: HeadStart
}

/**
 * What of a run of entries, in order, a reader is told: decided for now, on each entry's version
 * and on its notice's newest. In a backfill only the newest version of a notice is told: an older
 * one must not overtake what was handed over. `told` holds what the same run told before, by
 * notice, and is added to. What victim desks are told of first waits for them, and whatever of the
 * same kind comes after it waits with it, so that its order stays.
 */
export const judge = async (
  entries: readonly FeedEntry[],
  newestOf: (entry: FeedEntry) => FeedEntry,
  asking: Asking,
  told: Map<string, Told>,
  deps: JudgeDeps,
): Promise<Judged> => {
  const decided: { entry: FeedEntry; own: Decision; newest: Decision; isNewest: boolean }[] = []
  for (const entry of entries) {
    const newest = newestOf(entry)
    const own = decideNow(entry, asking) ?? (await decideFor(entry, asking, deps))
    const ofNewest =
      newest === entry
        ? own
        : (decideNow(newest, asking) ?? (await decideFor(newest, asking, deps)))
    decided.push({ entry, own, newest: ofNewest, isNewest: newest === entry })
  }
  const earlier = await earlierTold(
    decided.map((d) => d.entry).filter(isLater),
    asking.reader,
    deps,
  )
  const visible: Visible[] = []
  let waiting = asking.isLate ? undefined : asking.waiting
  for (const { entry, own, newest, isNewest } of decided) {
    const key = noticeKey(entry)
    const last = told.get(key) ?? earlier.get(entry.index)
    const decisions = { entryDecision: own, newestDecision: newest }
    const event = visibleEvent({
      ...decisions,
      status: entry.status,
      heldBefore: last !== undefined && last !== 'withdrawn',
      isNewestForReader: isNewest || !asking.isBackfill,
    })
    deps.count(own)
    if (event === null || (asking.isLate && event === 'notice.withdrawn')) continue
    if (event !== 'notice.withdrawn' && isVictimFirst(entry.marked)) {
      if (waiting !== undefined && entry.index >= waiting) continue
      if (await deps.waits(entry, asking)) {
        waiting = entry.index
        if (asking.isLate) break
        continue
      }
    }
    const content = event !== 'notice.withdrawn' && entry.notHeld !== true && mayGive(decisions)
    const how = toldBy(event, content)
    told.set(key, how)
    visible.push({
      entry,
      view: {
        event,
        decision: content ? together(own, newest) : own,
        content,
        proof: asking.reader.type !== 'corporate-partner',
      },
      told: how,
      waiting,
    })
  }
  return { visible, waiting }
}

const toldBy = (event: NoticeEvent, content: boolean): Told =>
  event === 'notice.withdrawn' ? 'withdrawn' : content ? 'content' : 'bare'

/** The decision, where it does not hang on an acknowledgement; mostly, and without waiting. */
const decideNow = (
  { marked }: FeedEntry,
  { reader, registry, now }: Asking,
): Decision | undefined => {
  const decision = decide(reader, marked, registry, now)
  return decision.rule === 'conditions-not-acknowledged' ? undefined : decision
}

/** The decision; whether the conditions were acknowledged is asked only where it decides. */
export const decideFor = async (
  entry: FeedEntry,
  { reader, registry, now }: Pick<Asking, 'reader' | 'registry' | 'now'>,
  deps: Pick<JudgeDeps, 'acknowledgedBy'>,
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
  { pool, unwritten }: JudgeDeps,
): Promise<Map<number, Told>> => {
  const last = new Map<number, Told>()
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
