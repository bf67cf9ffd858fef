/**
 * Where a reader stands: it has everything up to `index`. `epoch` names the rights that the reader
 * had when the cursor was made.
 */
export type Position = {
  readonly index: number
  readonly epoch: number
  /**
   * After the reader's rights have grown: entries up to `index` that were not handed over before
   * `since` (in 1/100 s since the epoch) come first. The backfill has reached `at`.
   */
  readonly backfill?: { readonly at: number; readonly since: number }
  /**
   * The first index of what still waits for victim desks. Of the notices that desks get first, the
   * reader has everything before it, and nothing from it up to `index`.
   */
  readonly waiting?: number
}

export const beginning = (epoch: number): Position => ({ index: -1, epoch })

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
export const stageOf = (
  { index, backfill, waiting }: Position,
  head: number,
  isLateOver = false,
): Stage | undefined => {
  if (waiting !== undefined && !isLateOver) return { kind: 'late', after: waiting - 1, to: index }
  if (backfill !== undefined)
    return { kind: 'backfill', after: backfill.at, to: index, since: backfill.since }
  return index < head ? { kind: 'live', after: index, to: head } : undefined
}

/**
 * The position after the entries of a stage up to `reached`. `waiting`: the first entry that still
 * waits for victim desks.
 */
export const advance = (
  at: Position,
  { kind }: Stage,
  reached: number,
  waiting: number | undefined,
): Position => {
  const { index, epoch, backfill } = at
  if (kind === 'late') return waitingFrom(at, waiting ?? reached + 1)
  const late = waiting === undefined ? undefined : { waiting }
  if (backfill === undefined) return { index: reached, epoch, ...late }
  return reached >= index
    ? { index, epoch, ...late }
    : { index, epoch, backfill: { ...backfill, at: reached }, ...late }
}

const waitingFrom = ({ waiting: _before, ...at }: Position, waiting: number): Position =>
  waiting > at.index ? at : { ...at, waiting }

/** The lowest index that a page from this position can hold. */
export const firstIndex = ({ index, backfill, waiting }: Position): number =>
  Math.min((backfill?.at ?? index) + 1, waiting ?? Infinity)
