/**
 * A minute of the log's clock, since the Unix epoch, in which nothing can be logged any more.
 * `end`: the last index up to its end; -1 if nothing was logged.
 */
export type FullMinute = { readonly minute: number; readonly end: number }

/**
 * Where a reader stands: it has everything up to `index`. `epoch` names the rights that the reader
 * had when the cursor was made.
 */
export type Position = {
  readonly index: number
  /**
   * The minute since the Unix epoch that `index` is the last entry of. The cursor names this
   * minute, and not the entry.
   */
  readonly minute?: number
  readonly epoch: number
  /**
   * After the reader's rights have grown: entries up to `index` that were not handed over before
   * `since` (in 1/100 s since the epoch) come first. The backfill has reached `at`.
   */
  readonly backfill?: { readonly at: number; readonly since: number }
  /**
   * The first index that something may still wait at for victim desks. Of the notices that desks
   * get first, the reader has everything before it, and nothing from it up to `index`.
   */
  readonly waiting?: number
  /**
   * Nothing after `index` and up to here is for the reader. A process that reads on does not look
   * at it again. No cursor says it: it would tell how much was logged.
   */
  readonly scanned?: number
}

/** What a cursor says. If it names a minute, the log says which entry is the last of it. */
export type Named = Omit<Position, 'index' | 'scanned'> & { readonly index?: number }

export const beginning = (epoch: number): Position => ({ index: -1, epoch })

/** The last index that needs no look by this process. */
export const reached = ({ index, scanned }: Position): number => scanned ?? index

/**
 * What a reader reads next: entries in (after, to]. `late`: entries that waited for victim desks;
 * `backfill`: entries behind the position that new rights have opened; `live`: new entries.
 */
export type Stage =
  | { readonly kind: 'late' | 'live'; readonly after: number; readonly to: number }
  | {
      readonly kind: 'backfill'
      readonly after: number
      readonly to: number
      readonly since: number
    }

/**
 * The next stage of a position: late, backfill, live, in this order. undefined: the log has nothing
 * newer.
 */
export const stageOf = (at: Position, head: number, isLateOver = false): Stage | undefined => {
  const { index, backfill, waiting } = at
  if (waiting !== undefined && !isLateOver) return { kind: 'late', after: waiting - 1, to: index }
  if (backfill !== undefined)
    return { kind: 'backfill', after: backfill.at, to: index, since: backfill.since }
  return reached(at) < head ? { kind: 'live', after: reached(at), to: head } : undefined
}

/**
 * The position at an entry that the reader is told. `waiting`: the first entry that still waits
 * for victim desks.
 */
export const atEntry = (
  at: Position,
  { kind }: Stage,
  index: number,
  waiting: number | undefined,
): Position => {
  const late = waiting === undefined ? undefined : { waiting }
  if (kind === 'live') return { index, epoch: at.epoch, ...late }
  // Behind a late entry, and one of a backfill, the reader looks on for others, also if there can
  // be none up to its place: whether there can be follows from how much was logged.
  if (kind === 'late') return { ...at, waiting: index + 1 }
  const { waiting: _before, ...place } = at
  return { ...place, ...late, backfill: { ...at.backfill!, at: index } }
}

/** The position when a stage was looked at up to `to`, behind all that the reader is told. */
export const passed = (
  at: Position,
  kind: Stage['kind'],
  to: number,
  waiting: number | undefined,
): Position => {
  if (kind === 'late') return waitingFrom(at, waiting ?? to + 1)
  const { backfill, waiting: _before, ...place } = at
  const late = waiting === undefined ? undefined : { waiting }
  if (kind === 'live') return { ...place, ...late, scanned: to }
  return { ...place, ...late, ...(to < at.index && { backfill: { ...backfill!, at: to } }) }
}

const waitingFrom = ({ waiting: _before, ...at }: Position, waiting: number): Position =>
  waiting > at.index ? at : { ...at, waiting }

/**
 * The position with the name that its cursor has: the full minute, where nothing that the reader
 * was told lies in it or behind it, and all of it was looked at.
 */
export const upToMinute = (at: Position, full: FullMinute | undefined): Position => {
  if (full === undefined || at.backfill !== undefined || reached(at) < full.end) return at
  const { end: index, minute } = full
  const isBehind = at.minute === undefined ? at.index <= index : at.minute < minute
  return isBehind ? { ...at, index, minute } : at
}

/**
 * The position as a cursor can say it. What waits behind the named place is found again from there,
 * so while something waits, nothing counts as looked at.
 */
export const settled = ({ scanned, waiting, ...at }: Position): Position => {
  if (waiting === undefined) return scanned === undefined ? at : scannedTo(at, scanned)
  return waiting > at.index ? at : { ...at, waiting }
}

const scannedTo = (at: Position, scanned: number): Position =>
  scanned > at.index ? { ...at, scanned } : at

/** The lowest index that a page from this position can hold. */
export const firstIndex = (at: Position): number =>
  Math.min((at.backfill?.at ?? reached(at)) + 1, at.waiting ?? Infinity)
