/**
 * Where a reader stands: everything up to `index` is behind it. `epoch` says by which of its
 * rights.
 */
export type Position = {
  readonly index: number
  readonly epoch: number
  /**
   * After its rights have grown: what was not handed over before `since` (1/100 s since the epoch),
   * up to `index`, comes first; done up to `at`.
   */
  readonly backfill?: { readonly at: number; readonly since: number }
  /**
   * Of what victim desks are told of first, everything before this index is behind it, and what
   * lies from it up to `index` is still to come.
   */
  readonly waiting?: number
}

export const beginning = (epoch: number): Position => ({ index: -1, epoch })

/**
 * What a reader at a position is to read next: entries in (after, to]. `late`: what waited for
 * victim desks; `backfill`: what its rights have opened behind it; `live`: what is new.
 */
export type Stage =
  | { readonly kind: 'late' | 'live'; readonly after: number; readonly to: number }
  | {
      readonly kind: 'backfill'
      readonly after: number
      readonly to: number
      readonly since: number
    }

/** The stages follow each other in this order. undefined: nothing newer is in the log. */
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
 * The position when the entries of a stage up to `reached` are looked at. `waiting`: the first that
 * still waits for victim desks.
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

/** The first index that a page from here on may hold. */
export const firstIndex = ({ index, backfill, waiting }: Position): number =>
  Math.min((backfill?.at ?? index) + 1, waiting ?? Infinity)
