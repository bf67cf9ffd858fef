import type { Canonical } from '#core/identifiers/canonical.ts'
import type { Micros } from '#core/registry/registry.ts'
import { beyondBound, type AppendRules } from './append-rules.ts'
import type { Contract1 } from './contract-1.ts'
import type { Answer, Intake, Loggable } from './intake.ts'
import { noticeKey } from './rows.ts'

/** A version that is in the log, or that this batch adds to it. */
export type KnownVersion = {
  version: number
  digest: Buffer
  index: number
  time: Micros
  status: string
  kind: string
  destroyed: boolean
  victim: boolean
  /** JSON. */
  canonical: string
  /** Separated by spaces. */
  tokens: string
  /** The tokens of earlier versions that this one does not carry, separated by spaces. */
  lost: string
  /** The index of the version whose content marks this one: its own, unless it has no content. */
  marks: number | null
}

/** What was there before this batch. `planBatch` adds what the batch itself brings. */
export type BeforeBatch = {
  /** The answers to records that arrived before, by `recordKey`. */
  readonly answers: Map<string, Answer>
  /** The records that are held, by `recordKey`. */
  readonly waiting: Set<string>
  /** The logged versions that matter for these records, by `noticeKey`. */
  readonly known: Map<string, KnownVersion[]>
  /** The notices of which a version is held for its subject, by `noticeKey`. */
  readonly held: Set<string>
  /** What version 1 of the contract is still taken. */
  readonly contract1: Contract1
  readonly rules: AppendRules
}

/**
 * The answer to a record that is not logged, or not logged again; undefined for a record to log.
 */
export const judge = (
  intake: Intake,
  { known, held, contract1, rules }: BeforeBatch,
  now: Micros,
): Answer | undefined => {
  if (!intake.outcome.ok)
    return {
      state: intake.outcome.held ? 'held' : 'rejected',
      ...intake.outcome.about,
      ...intake.outcome.refusal,
    }
  const { notice } = intake.outcome
  const names = { id: notice.id, version: notice.version }
  const versions = known.get(noticeKey(notice)) ?? []
  const same = versions.find((v) => v.version === notice.version)
  if (same?.digest.equals(intake.digest))
    return { state: 'accepted', ...names, index: same.index, time: same.time }
  if (same) return { state: 'rejected', ...names, code: 'envelope/conflict' }
  // What keeps a statement is gone since intake looked: nothing would ever destroy it.
  if (
    notice.about !== undefined &&
    newestOf(known.get(noticeKey(notice.about)))?.destroyed === true
  )
    return { state: 'rejected', ...names, code: 'notice/not-found', pointer: '/about' }
  if (notice.contract === 1 && !contract1.isTaken(intake.participant, intake.digest))
    return { state: 'rejected', ...names, code: 'envelope/old-schema', pointer: '/schema' }
  const newest = newestOf(versions)
  const bound = beyondBound(notice, versions, rules, now)
  const beyond: Answer | undefined = bound && { state: 'rejected', ...names, code: bound }
  if (newest === undefined) return beyond ?? firstHeld(notice, held)
  if (notice.version < newest.version)
    return { state: 'superseded', ...names, code: 'envelope/superseded' }
  if (newest.status === 'revoked' || newest.destroyed)
    return { state: 'rejected', ...names, code: 'notice/final' }
  const sameSubject = notice.bare === true || keyOf(newest) === notice.canonical.key
  if (!sameSubject || newest.kind !== notice.kind)
    return { state: 'rejected', ...names, code: 'notice/subject-changed', pointer: '/subject' }
  return notice.status === 'revoked' ? undefined : (beyond ?? heldAnswer(notice))
}

const heldAnswer = ({ id, version, hold }: Loggable): Answer | undefined =>
  hold === undefined ? undefined : { state: 'held', id, version, ...hold }

/**
 * A revocation whose notice is not in the log: to log it would reveal a notice that was never
 * published. It ends the held versions instead.
 */
const firstHeld = (notice: Loggable, held: ReadonlySet<string>): Answer | undefined =>
  notice.status === 'revoked' && (notice.hold !== undefined || held.has(noticeKey(notice)))
    ? { state: 'rejected', id: notice.id, version: notice.version, code: 'never-list/withdrawn' }
    : heldAnswer(notice)

const keyOf = ({ canonical }: KnownVersion): string | undefined =>
  (JSON.parse(canonical) as Partial<Canonical>).key

export const newestOf = (versions: readonly KnownVersion[] = []): KnownVersion | undefined =>
  versions.reduce<KnownVersion | undefined>(
    (a, b) => (a && a.version > b.version ? a : b),
    undefined,
  )
