import { randomBytes } from 'node:crypto'
import { leafHash } from '#core/envelope/leaf.ts'
import type { Micros } from '#core/registry/registry.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { noticeKey } from './rows.ts'
import type { Answer, Intake, Loggable, NewEntry, NewRefusal } from './intake.ts'

/** A version that is in the log, or that this batch adds to it. */
export type KnownVersion = {
  version: number
  digest: Buffer
  index: number
  time: Micros
  status: string
  subjectKey: string
  kind: string
  destroyed: boolean
}

/** The end of the log: the next index, the last log time, the number of this batch. */
export type Sequence = { next: number; lastTime: Micros; batch: number }

/** Identifies a record by its bytes. */
export const recordKey = (participant: string, digest: Buffer): string =>
  `${participant} ${digest.toString('hex')}`

export type Plan = {
  answers: Answer[]
  entries: NewEntry[]
  refusals: NewRefusal[]
  released: Intake[]
  withdrawn: Loggable[]
}

/**
 * Decides the answer to each record, in order. `earlier`: the answers to records that arrived
 * before, by `recordKey`. `known`: the logged versions, by `noticeKey`; the batch adds its own.
 */
export const planBatch = (
  records: readonly Intake[],
  earlier: Map<string, Answer>,
  known: Map<string, KnownVersion[]>,
  sequence: Sequence,
): Plan => {
  const plan: Plan = { answers: [], entries: [], refusals: [], released: [], withdrawn: [] }
  let { next, lastTime } = sequence
  const recorded = new Set(earlier.keys())
  for (const intake of records) {
    const key = recordKey(intake.participant, intake.digest)
    const answer = earlier.get(key) ?? judge(intake, known)
    if (answer !== undefined) {
      plan.answers.push(answer)
      if (answer.state !== 'accepted' && !recorded.has(key)) plan.refusals.push({ intake, answer })
      if (answer.state !== 'accepted') recorded.add(key)
      if (answer.code === 'never-list/withdrawn' && intake.outcome.ok)
        plan.withdrawn.push(intake.outcome.notice)
      continue
    }
    const { notice } = intake.outcome as Extract<Intake['outcome'], { ok: true }>
    lastTime = Math.max(nowMicros(), lastTime + 1)
    const entry = newEntry(intake, notice, next++, lastTime)
    plan.entries.push(entry)
    plan.released.push(intake)
    remember(known, entry)
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

const newEntry = (intake: Intake, notice: Loggable, index: number, time: Micros): NewEntry => {
  const salt = randomBytes(32)
  return { intake, notice, index, time, salt, leaf: leafHash(salt, time, notice.jws) }
}

const remember = (
  known: Map<string, KnownVersion[]>,
  { intake, notice, index, time }: NewEntry,
): void => {
  const key = noticeKey(notice)
  const versions = known.get(key) ?? []
  versions.push({
    version: notice.version,
    digest: intake.digest,
    index,
    time,
    status: notice.status,
    subjectKey: notice.subjectKey,
    kind: notice.kind,
    destroyed: false,
  })
  known.set(key, versions)
}

/**
 * The answer to a record that is not logged, or not logged again; undefined for a record to log.
 */
const judge = (intake: Intake, known: Map<string, KnownVersion[]>): Answer | undefined => {
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
  const newest = versions.reduce<KnownVersion | undefined>(
    (a, b) => (a && a.version > b.version ? a : b),
    undefined,
  )
  if (newest === undefined) return firstHeld(notice)
  if (notice.version < newest.version)
    return { state: 'superseded', ...names, code: 'envelope/superseded' }
  if (newest.status === 'revoked' || newest.destroyed)
    return { state: 'rejected', ...names, code: 'notice/final' }
  if (newest.subjectKey !== notice.subjectKey || newest.kind !== notice.kind)
    return { state: 'rejected', ...names, code: 'notice/subject-changed', pointer: '/subject' }
  return notice.status === 'revoked' ? undefined : heldAnswer(notice)
}

const heldAnswer = ({ id, version, hold }: Loggable): Answer | undefined =>
  hold === undefined ? undefined : { state: 'held', id, version, ...hold }

/**
 * A revocation whose notice is not in the log: to log it would reveal a notice that was never
 * published. It ends the held versions instead.
 */
const firstHeld = (notice: Loggable): Answer | undefined =>
  notice.hold !== undefined && notice.status === 'revoked'
    ? { state: 'rejected', id: notice.id, version: notice.version, code: 'never-list/withdrawn' }
    : heldAnswer(notice)
