import type { Code } from '#core/catalogue/catalogue.ts'
import type { Canonical } from '#core/identifiers/canonical.ts'
import type { Refusal } from '#core/refusal.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { SaidType } from '#core/said/forms.ts'

/**
 * What passed every check and may be logged: a notice version, or what was said beside notices,
 * with the version 1 and no subject.
 */
export type Loggable = {
  readonly event: 'notice' | SaidType
  /** A notice of version 1 of the contract. */
  readonly contract?: 1
  /** The notice that a statement is about. It is kept as long as that notice. */
  readonly about?: { readonly issuer: string; readonly id: string }
  /** The held record that a confirmation lets into the log: both are logged, or neither. */
  readonly confirms?: Held
  /** The digests of the envelopes of version 1 that the participant still sends. */
  readonly stillOpen?: readonly Buffer[]
  readonly issuer: string
  readonly id: string
  readonly version: number
  readonly status: 'active' | 'revoked'
  readonly kind: string
  /** Empty where the version has no content, and none before it has. */
  readonly canonical: Partial<Canonical>
  readonly warnings: readonly object[]
  /**
   * A revocation without content: what follows from the content (subject, audience, victim) is
   * taken from the newest version before it.
   */
  readonly bare?: true
  /** The issuer's JWS without disclosures, and the disclosures in the order they came. */
  readonly jws: string
  readonly disclosures: readonly string[]
  readonly tokens: readonly string[]
  readonly registryVersion: number
  readonly expires: Micros | null
  /** The notice names a possible or confirmed victim: its content is kept for a shorter time. */
  readonly victim: boolean
  /** Why the notice is held until its originator confirms it. */
  readonly hold?: Refusal
}

/** One record as it arrived, and the outcome of its checks. */
export type Intake = {
  readonly participant: string
  readonly raw: Uint8Array
  /** SHA-256 of `raw`. */
  readonly digest: Buffer
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly postedAt: Micros | null
  readonly publishedAt: Micros
  readonly receivedAt: Micros
  readonly outcome:
    | { readonly ok: true; readonly notice: Loggable }
    | {
        readonly ok: false
        readonly held: boolean
        readonly refusal: Refusal
        readonly about?: { readonly id: string; readonly version: number }
      }
}

/** A record that is held, with the outcome of its checks as if it arrived now. */
type Held = Pick<Intake, 'raw' | 'digest' | 'postedAt' | 'outcome'>

/** The record that is confirmed, as if it arrived in the place of its confirmation. */
export const confirmedBy = (intake: Intake): Intake | undefined =>
  intake.outcome.ok && intake.outcome.notice.confirms !== undefined
    ? { ...intake, ...intake.outcome.notice.confirms }
    : undefined

/** The answer to the sender. `index` and `time` (log time) are set only for accepted records. */
export type Answer = {
  readonly state: 'accepted' | 'held' | 'superseded' | 'rejected'
  readonly id?: string
  readonly version?: number
  readonly index?: number
  readonly time?: Micros
  readonly code?: Code
  readonly pointer?: string
  readonly detail?: string
}

export type NewEntry = {
  readonly intake: Intake
  readonly notice: Loggable
  readonly index: number
  readonly time: Micros
  readonly salt: Buffer
  readonly leaf: Buffer
  /** The index of the version whose content marks this entry; null for its own. */
  readonly marks: number | null
  /** The tokens of earlier versions that this one does not carry. */
  readonly lost: readonly string[]
}
export type NewRefusal = { readonly intake: Intake; readonly answer: Answer }
/** The answer to a record that is not in the batch, or that the batch changed. */
export type Further = {
  readonly participant: string
  readonly digest: Buffer
  readonly answer: Answer
}
export type Appended = {
  readonly batch: number
  readonly answers: readonly Answer[]
  readonly further: readonly Further[]
  readonly logged: number
}

/** Identifies a record by its bytes. */
export const recordKey = (participant: string, digest: Buffer): string =>
  `${participant} ${digest.toString('hex')}`
