import { disclosures, type DisclosureName } from '../disclosures.ts'
import type { Micros, Purpose } from '../registry/registry.ts'

/**
 * Who reads. Rights, standing and type come from the registry at the time of reading, never from
 * the reader.
 */
export type Reader = {
  readonly participant: string
  readonly agency: string
  /**
   * The one purpose of the token, subscription or lookup. Without it only notices for every purpose
   * are readable.
   */
  readonly purpose?: Purpose
  /**
   * The reader's agency has acknowledged the H3 conditions of this notice version. The caller keeps
   * the record.
   */
  readonly acknowledged?: boolean
}

/**
 * `handling.release` as sent. `participants: ["*"]` is every member; `exclude` names participants
 * or agencies.
 */
export type Release = {
  readonly participants?: readonly string[]
  readonly agencies?: readonly string[]
  readonly groups?: readonly string[]
  readonly partners?: readonly string[]
  readonly exclude?: readonly string[]
}

/**
 * The parts of a logged notice version that decide who may see it. The values are as signed, and
 * may be unknown here: a value that this program does not understand leaves the notice to its
 * originator.
 */
export type Marked = {
  /** The participant that signed. */
  readonly issuer: string
  /** The submitting agency, where the notice names it. */
  readonly agency: string | null
  readonly tlp: string
  /** Handling codes; empty means H0. */
  readonly codes: readonly string[]
  /** null: every purpose. Empty: none. */
  readonly purposes: readonly string[] | null
  readonly release: Release | null
  readonly expires: Micros | null
  readonly operatorStatus: string
  readonly loggedAt: Micros
  /** `destroyed`: the content is destroyed, with the values that marked it. */
  readonly status: 'active' | 'revoked' | 'expired' | 'destroyed'
}

/**
 * The stable name of the rule that decided. services/core/README.md lists each rule with its
 * condition.
 */
export type Rule =
  | 'unknown-reader'
  | 'suspended'
  | 'not-admitted'
  | 'destroyed'
  | 'originator'
  | 'unknown-tlp'
  | 'unknown-code'
  | 'unknown-purposes'
  | 'unknown-operator-status'
  | 'unknown-status'
  | 'unknown-list'
  | 'release-contradicts-tlp'
  | 'victim-above-amber'
  | 'excluded'
  | 'default-deny'
  | 'tlp-red-not-named'
  | 'not-released'
  | 'joined-later'
  | 'no-strict-right'
  | 'partner-never'
  | 'partner-not-named'
  | 'no-right'
  | 'purpose-not-held'
  | 'purpose'
  | 'expired'
  | 'revoked'
  | 'conditions-not-acknowledged'
  | 'named-agency'
  | 'released-participant'
  | 'released-members'
  | 'released-group'
  | 'green'
  | 'clear'
  | 'partner-redacted'

export type Decision = {
  /** The notice may be given, without the disclosures in `withhold`. */
  readonly content: boolean
  /**
   * The reader may know that the notice exists: its id, version and status, and, where `conditions`
   * is set, its conditions.
   */
  readonly existence: boolean
  readonly withhold: readonly DisclosureName[]
  readonly rule: Rule
  /** The TLP of the reader's copy, if it differs from the notice's. */
  readonly copyTlp?: 'AMBER+STRICT'
  /** H3: the conditions are shown, and must be acknowledged before the content is given. */
  readonly conditions?: true
  /** H2: the notice must not be passed on without the originator's consent. */
  readonly notToBePassedOn?: true
  /** `advice` is withheld unless its value is exactly this; see `withheld`. */
  readonly adviceOnly?: 'block'
}

export const denied = (rule: Rule): Decision => ({
  content: false,
  existence: false,
  withhold: disclosures,
  rule,
})
