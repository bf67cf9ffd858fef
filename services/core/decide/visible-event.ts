import type { Decision, Marked, Rule } from './decide.ts'
import { disclosures } from '../disclosures.ts'

export type NoticeEvent =
  | 'notice.published'
  | 'notice.updated'
  | 'notice.revoked'
  | 'notice.expired'
  | 'notice.withdrawn'

export type LoggedVersion = {
  /** On the marking of this entry's version, for now. */
  readonly entryDecision: Decision
  /** On the marking of the newest version in the log, for now. */
  readonly newestDecision: Decision
  /**
   * What `holds` says of the events of this notice that the reader was handed for entries before
   * this one.
   */
  readonly heldBefore: boolean
  /**
   * False in a backfill after widening, when a later entry of this notice was handed over already;
   * true where the log is read in order.
   */
  readonly isNewestForReader: boolean
  /** Of this entry. */
  readonly status: Marked['status']
}

/**
 * What a reader is told at one entry of the notice log, or null for nothing. Content goes with the
 * event only where `mayGive` says so: an expired notice, and one whose conditions are not
 * acknowledged, is told without it. An entry is readable only if its version and the newest version
 * both allow.
 */
export const visibleEvent = (entry: LoggedVersion): NoticeEvent | null => {
  const { entryDecision, newestDecision, heldBefore, status } = entry
  if (!entry.isNewestForReader || barred.has(newestDecision.rule)) return null
  if (!newestDecision.existence) return heldBefore ? 'notice.withdrawn' : null
  if (!entryDecision.existence) return null
  if (isOver(entryDecision) || isOver(newestDecision)) return heldBefore ? closing(status) : null
  return closing(status) ?? (heldBefore ? 'notice.updated' : 'notice.published')
}

/** A reader that may read nothing whatever is told nothing either, not even of a withdrawal. */
const barred: ReadonlySet<Rule> = new Set(['unknown-reader', 'suspended', 'not-admitted'])

/**
 * Readable but for its expiry: who holds it is told the end of it, and who does not has nothing to
 * drop.
 */
const isOver = (decision: Decision): boolean => decision.rule === 'expired'

const closing = (status: Marked['status']): NoticeEvent | null => {
  if (status === 'revoked') return 'notice.revoked'
  return status === 'expired' ? 'notice.expired' : null
}

/**
 * What of an entry a reader is given: what its version and the newest one both allow. Where one
 * denies, that one; where both give, what either withholds is withheld and the marks of both hold.
 * So a newer version that names a possible victim, or no longer names the reader's agency, takes
 * the advice or the case fields of the older ones back, too.
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
 * Whether a reader holds a notice after these events of it, oldest first: it was told of it, and
 * not of its withdrawal.
 */
export const holds = (events: readonly NoticeEvent[]): boolean =>
  events.length > 0 && events.at(-1) !== 'notice.withdrawn'
