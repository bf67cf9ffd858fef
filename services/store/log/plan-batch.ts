import { randomBytes } from 'node:crypto'
import { leafHash } from '#core/envelope/leaf.ts'
import type { Canonical } from '#core/identifiers/canonical.ts'
import type { Micros } from '#core/registry/registry.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { noticeKey } from './rows.ts'
import type { Contract1 } from './contract-1.ts'
import {
  recordKey,
  type Answer,
  type Intake,
  type Loggable,
  type NewEntry,
  type NewRefusal,
} from './intake.ts'

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
  /** The index of the version whose content marks this one: its own, unless it has no content. */
  marks: number | null
}

/** What was there before this batch. `planBatch` adds what the batch itself brings. */
export type BeforeBatch = {
  /** The answers to records that arrived before, by `recordKey`. */
  readonly answers: Map<string, Answer>
  /** The logged versions, by `noticeKey`. */
  readonly known: Map<string, KnownVersion[]>
  /** The notices of which a version is held for its subject, by `noticeKey`. */
  readonly held: Set<string>
  /** What version 1 of the contract is still taken. */
  readonly contract1: Contract1
}

/** The end of the log: the next index, the last log time, the number of this batch. */
export type Sequence = { next: number; lastTime: Micros; batch: number }

export type Plan = {
  answers: Answer[]
  entries: NewEntry[]
  refusals: NewRefusal[]
  released: Intake[]
  withdrawn: Loggable[]
  /** The change-overs to version 2 of the contract. */
  changed: Loggable[]
}

/** Decides the answer to each record, in order. */
export const planBatch = (
  records: readonly Intake[],
  earlier: BeforeBatch,
  sequence: Sequence,
): Plan => {
  const plan: Plan = {
    answers: [],
    entries: [],
    refusals: [],
    released: [],
    withdrawn: [],
    changed: [],
  }
  let { next, lastTime } = sequence
  const recorded = new Set(earlier.answers.keys())
  for (const intake of records) {
    const key = recordKey(intake.participant, intake.digest)
    const answer = earlier.answers.get(key) ?? judge(intake, earlier)
    if (answer !== undefined) {
      plan.answers.push(answer)
      if (answer.state !== 'accepted' && !recorded.has(key)) plan.refusals.push({ intake, answer })
      if (answer.state !== 'accepted') recorded.add(key)
      if (answer.code === 'never-list/held' && intake.outcome.ok)
        earlier.held.add(noticeKey(intake.outcome.notice))
      if (answer.code === 'never-list/withdrawn' && intake.outcome.ok)
        plan.withdrawn.push(intake.outcome.notice)
      continue
    }
    const { notice } = intake.outcome as Extract<Intake['outcome'], { ok: true }>
    lastTime = Math.max(nowMicros(), lastTime + 1)
    const entry = newEntry(intake, notice, earlier.known, next++, lastTime)
    plan.entries.push(entry)
    plan.released.push(intake)
    if (notice.stillOpen !== undefined) {
      plan.changed.push(notice)
      earlier.contract1.changeOver(notice.issuer, notice.stillOpen)
    }
    remember(earlier.known, entry)
    plan.answers.push({
      state: 'accepted',
      id: notice.id,
      version: notice.version,
      index: entry.index,
      time: entry.time,
    })
  }
  return plan
}

const newEntry = (
  intake: Intake,
  given: Loggable,
  known: BeforeBatch['known'],
  index: number,
  time: Micros,
): NewEntry => {
  const versions = known.get(noticeKey(given)) ?? []
  const before = newestOf(versions)
  const notice = given.bare ? marked(given, before) : given
  const salt = randomBytes(32)
  return {
    intake,
    notice,
    marks: given.bare ? (before?.marks ?? null) : null,
    lost: lostTokens(versions, notice.tokens),
    index,
    time,
    salt,
    leaf: leafHash(salt, time, given.jws),
  }
}

const lostTokens = (versions: readonly KnownVersion[], now: readonly string[]): string[] => {
  const tokens = new Set(versions.flatMap((version) => version.tokens.split(' ')))
  for (const token of now) tokens.delete(token)
  return [...tokens]
}

/**
 * A revocation without content, with what follows from the content of the version before it. If
 * the hub has none, only the issuer may see it.
 */
const marked = (notice: Loggable, before: KnownVersion | undefined): Loggable =>
  before === undefined
    ? notice
    : {
        ...notice,
        canonical: JSON.parse(before.canonical) as Partial<Canonical>,
        tokens: before.tokens.split(' '),
        victim: before.victim,
      }

const keyOf = ({ canonical }: KnownVersion): string | undefined =>
  (JSON.parse(canonical) as Partial<Canonical>).key

const newestOf = (versions: readonly KnownVersion[] = []): KnownVersion | undefined =>
  versions.reduce<KnownVersion | undefined>(
    (a, b) => (a && a.version > b.version ? a : b),
    undefined,
  )

const remember = (
  known: Map<string, KnownVersion[]>,
  { intake, notice, index, time, marks }: NewEntry,
): void => {
  const key = noticeKey(notice)
  const versions = known.get(key) ?? []
  versions.push({
    version: notice.version,
    digest: intake.digest,
    index,
    time,
    status: notice.status,
    kind: notice.kind,
    destroyed: false,
    victim: notice.victim,
    canonical: JSON.stringify(notice.canonical),
    tokens: notice.tokens.join(' '),
    marks: notice.bare ? marks : index,
  })
  known.set(key, versions)
}

/**
 * The answer to a record that is not logged, or not logged again; undefined for a record to log.
 */
const judge = (intake: Intake, { known, held, contract1 }: BeforeBatch): Answer | undefined => {
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
  if (newest === undefined) return firstHeld(notice, held)
  if (notice.version < newest.version)
    return { state: 'superseded', ...names, code: 'envelope/superseded' }
  if (newest.status === 'revoked' || newest.destroyed)
    return { state: 'rejected', ...names, code: 'notice/final' }
  const sameSubject = notice.bare === true || keyOf(newest) === notice.canonical.key
  if (!sameSubject || newest.kind !== notice.kind)
    return { state: 'rejected', ...names, code: 'notice/subject-changed', pointer: '/subject' }
  return notice.status === 'revoked' ? undefined : heldAnswer(notice)
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
