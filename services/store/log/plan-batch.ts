import { randomBytes } from 'node:crypto'
import { leafHash } from '#core/envelope/leaf.ts'
import type { Canonical } from '#core/identifiers/canonical.ts'
import type { Micros } from '#core/registry/registry.ts'
import { judge, newestOf, type BeforeBatch, type KnownVersion } from './judge.ts'
import { nextTime, type LogEnd } from './log-end.ts'
import { noticeKey } from './rows.ts'
import {
  confirmedBy,
  recordKey,
  type Answer,
  type Further,
  type Intake,
  type Loggable,
  type NewEntry,
  type NewRefusal,
} from './intake.ts'

/** The end of the log, and the number of this batch. */
export type Sequence = LogEnd & { readonly batch: number }

/** A record that is logged. `confirmedBy`: the index of the entry that lets it in. */
export type Released = { readonly intake: Intake; readonly confirmedBy: number | null }

export type Plan = {
  answers: Answer[]
  /** The answers to records that were confirmed. */
  further: Further[]
  entries: NewEntry[]
  refusals: NewRefusal[]
  released: Released[]
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
    further: [],
    entries: [],
    refusals: [],
    released: [],
    withdrawn: [],
    changed: [],
  }
  const planning: Planning = {
    plan,
    earlier,
    end: { ...sequence },
    recorded: new Set(earlier.answers.keys()),
  }
  for (const intake of records) {
    const held = confirmedBy(intake)
    plan.answers.push(
      held === undefined ? settle(intake, planning) : settleBoth(intake, held, planning),
    )
  }
  return plan
}

type Planning = {
  readonly plan: Plan
  readonly earlier: BeforeBatch
  readonly end: Sequence
  /** The records whose refusal or hold is stored, by `recordKey`. */
  readonly recorded: Set<string>
}

const keyOf = ({ participant, digest }: Intake): string => recordKey(participant, digest)

const answerTo = (intake: Intake, { earlier, end }: Planning): Answer | undefined =>
  earlier.answers.get(keyOf(intake)) ?? judge(intake, earlier, nextTime(end, end.lastTime))

/** The answer for good that a record has already: its refusal, or its place in the log. */
const finalAnswer = (intake: Intake, planning: Planning): Answer | undefined => {
  const answer = answerTo(intake, planning)
  const isStored = planning.earlier.answers.has(keyOf(intake))
  return isStored || answer?.state === 'accepted' ? answer : undefined
}

const settle = (intake: Intake, planning: Planning): Answer => {
  const answer = answerTo(intake, planning)
  return answer === undefined ? add(intake, null, planning) : note(intake, answer, planning)
}

/**
 * A confirmation, and the record that it confirms: both are logged, or neither is. Both are
 * answered, where the record has an answer for good.
 */
const settleBoth = (intake: Intake, held: Intake, planning: Planning): Answer => {
  const { plan, end } = planning
  const { participant, digest } = held
  const tell = (answer: Answer): number => plan.further.push({ participant, digest, answer })
  const own =
    finalAnswer(intake, planning) ??
    unlessHeld(intake, held, planning) ??
    judge(intake, planning.earlier, nextTime(end, end.lastTime))
  if (own !== undefined) {
    const known = finalAnswer(held, planning)
    if (known !== undefined) tell(known)
    return note(intake, own, planning)
  }
  const refused = answerTo(held, planning)
  if (refused === undefined) {
    tell(add(held, end.next + 1, planning))
    return add(intake, null, planning)
  }
  tell(note(held, refused, planning))
  const { id, version } = loggedOf(intake)
  const state = refused.state === 'held' ? 'held' : 'rejected'
  return note(intake, { ...refused, state, id, version, pointer: '/digest' }, planning)
}

/** The refusal of a confirmation, unless the record that it confirms is still held. */
const unlessHeld = (intake: Intake, held: Intake, planning: Planning): Answer | undefined => {
  const { earlier, plan } = planning
  const waits = earlier.waiting.has(keyOf(held)) && finalAnswer(held, planning) === undefined
  const isWithdrawn = plan.withdrawn.some(
    (end) => held.outcome.ok && isEnd(end, held.outcome.notice),
  )
  if (waits && !isWithdrawn) return undefined
  const { id, version } = loggedOf(intake)
  return { state: 'rejected', id, version, code: 'never-list/not-held', pointer: '/digest' }
}

const isEnd = (end: Loggable, notice: Loggable): boolean =>
  noticeKey(end) === noticeKey(notice) && end.version > notice.version

/** What a record that passed its checks logs. */
const loggedOf = ({ outcome }: Intake): Loggable =>
  (outcome as Extract<Intake['outcome'], { ok: true }>).notice

/** Takes note of a record that is not logged, or not logged again. */
const note = (intake: Intake, answer: Answer, { plan, earlier, recorded }: Planning): Answer => {
  const key = keyOf(intake)
  if (answer.state === 'accepted') return answer
  const isKept = recorded.has(key) || (answer.state === 'held' && earlier.waiting.has(key))
  if (!isKept) plan.refusals.push({ intake, answer })
  recorded.add(key)
  if (answer.state !== 'held') earlier.answers.set(key, answer)
  if (!intake.outcome.ok) return answer
  const { notice } = intake.outcome
  if (answer.code === 'never-list/held') earlier.held.add(noticeKey(notice))
  if (answer.code === 'never-list/withdrawn') plan.withdrawn.push(notice)
  return answer
}

/** Adds a record to the log. */
const add = (intake: Intake, confirmedBy: number | null, planning: Planning): Answer => {
  const { plan, earlier, end } = planning
  const notice = loggedOf(intake)
  end.lastTime = nextTime(end, end.lastTime)
  const entry = newEntry(intake, notice, earlier.known, end.next++, end.lastTime)
  plan.entries.push(entry)
  plan.released.push({ intake, confirmedBy })
  if (notice.stillOpen !== undefined) {
    plan.changed.push(notice)
    earlier.contract1.changeOver(notice.issuer, notice.stillOpen)
  }
  remember(earlier.known, entry)
  const { id, version } = notice
  return { state: 'accepted', id, version, index: entry.index, time: entry.time }
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
    lost: lostTokens(before, notice.tokens),
    index,
    time,
    salt,
    leaf: leafHash(salt, time, given.jws),
  }
}

/** The newest version carries or has lost each token of the versions before it. */
const lostTokens = (before: KnownVersion | undefined, now: readonly string[]): string[] => {
  if (before === undefined) return []
  const tokens = new Set([...words(before.tokens), ...words(before.lost)])
  for (const token of now) tokens.delete(token)
  return [...tokens]
}

const words = (text: string): string[] => (text === '' ? [] : text.split(' '))

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

const remember = (
  known: Map<string, KnownVersion[]>,
  { intake, notice, index, time, marks, lost }: NewEntry,
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
    lost: lost.join(' '),
    marks: notice.bare ? marks : index,
  })
  known.set(key, versions)
}
