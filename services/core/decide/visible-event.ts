import type { Decision, Marked, Rule } from './decide.ts'
import { disclosures } from '../disclosures.ts'

export type NoticeEvent =
  | 'notice.published'
  | 'notice.updated'
  | 'notice.revoked'
  | 'notice.expired'
  | 'notice.withdrawn'

export type LoggedVersion = {
  /** The decision on this entry's version, now. */
  readonly entryDecision: Decision
  /** The decision on the newest version in the log, now. */
  readonly newestDecision: Decision
  /**
   * Whether the reader holds the notice by the events that it was handed for earlier entries; see
   * `holds`.
   */
  readonly heldBefore: boolean
  /**
   * False in a backfill when a later entry of this notice was handed over already. True when the
   * log is read in order.
   */
  readonly isNewestForReader: boolean
  /** The status of this entry's version. */
  readonly status: Marked['status']
}

/**
 * The event that a reader gets at one entry of the notice log, or null for none. The content goes
 * with the event only where `mayGive` says so: a notice that has expired, or whose conditions are
 * not acknowledged, is told without it. An entry is readable only if its version and the newest
 * version both allow it.
 */
export const visibleEvent = (entry: LoggedVersion): NoticeEvent | null => {
  const { entryDecision, newestDecision, heldBefore, status } = entry
  if (!entry.isNewestForReader || barred.has(newestDecision.rule)) return null
  if (!newestDecision.existence) return heldBefore ? 'notice.withdrawn' : null
  if (!entryDecision.existence) return null
  if (isOver(entryDecision) || isOver(newestDecision)) return heldBefore ? closing(status) : null
  return closing(status) ?? (heldBefore ? 'notice.updated' : 'notice.published')
}

/**
 * Whether the event depends on what the reader was told of the notice before. Only then is it
 * looked up.
 */
export const dependsOnHistory = (entry: Omit<LoggedVersion, 'heldBefore'>): boolean =>
  visibleEvent({ ...entry, heldBefore: true }) !== visibleEvent({ ...entry, heldBefore: false })

/** Whether the reader gets an event whatever it was told of the notice before. */
export const isSureToBeTold = (entry: Omit<LoggedVersion, 'heldBefore'>): boolean =>
  [true, false].every((heldBefore) => visibleEvent({ ...entry, heldBefore }) !== null)

/** A reader that may read nothing at all gets no event, not even a withdrawal. */
const barred: ReadonlySet<Rule> = new Set(['unknown-reader', 'suspended', 'not-admitted'])

/**
 * A notice that only its end withholds: a holder is told the end, and a reader that does not hold
 * it has nothing to drop.
 */
export const isOver = ({ rule }: Decision): boolean => rule === 'expired' || rule === 'revoked'

const closing = (status: Marked['status']): NoticeEvent | null => {
  if (status === 'revoked') return 'notice.revoked'
  return status === 'expired' ? 'notice.expired' : null
}

/**
 * The decision on an entry: what its version and the newest version both allow. If one denies, that
 * one counts. If both give, the members that either withholds are withheld, and the marks of both
 * hold. So a newer version that names a possible victim, or no longer names the reader's agency,
 * also takes back the advice or the case fields of the older ones.
 */
export const together = (entry: Decision, newest: Decision): Decision => {
  const denying = newest.existence ? [entry, newest].find((d) => !d.content) : newest
  if (denying !== undefined) return denying
  return {
    ...newest,
    ...entry,
    withhold: disclosures.filter(
      (name) => entry.withhold.includes(name) || newest.withhold.includes(name),
    ),
  }
}

/** Whether the content of an entry goes with its event. */
export const mayGive = ({
  entryDecision,
  newestDecision,
}: Pick<LoggedVersion, 'entryDecision' | 'newestDecision'>): boolean =>
  entryDecision.content && newestDecision.content

/**
 * Whether a reader holds a notice after these events, oldest first: it was told of the notice, and
 * not of its withdrawal.
 */
export const holds = (events: readonly NoticeEvent[]): boolean =>
  events.length > 0 && events.at(-1) !== 'notice.withdrawn'
