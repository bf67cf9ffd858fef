import { randomBytes } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import type { Code } from '#core/catalogue/catalogue.ts'
import { leafHash } from '#core/envelope/leaf.ts'
import type { Refusal } from '#core/refusal.ts'
import type { Micros } from '#core/registry/registry.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { transaction } from '#runtime/postgres/database.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import {
  insertConfirmations,
  insertEntries,
  insertQuarantine,
  releaseHeld,
  withdrawHeld,
} from './append-sql.ts'

/** A notice version that passed every check and may be logged. */
export type Loggable = {
  readonly issuer: string
  readonly id: string
  readonly version: number
  readonly status: 'active' | 'revoked'
  readonly kind: string
  readonly subjectKey: string
  readonly canonical: object
  readonly warnings: readonly object[]
  /** The issuer's JWS without disclosures, and the disclosures in the order they came. */
  readonly jws: string
  readonly disclosures: readonly string[]
  readonly tokens: readonly string[]
  readonly registryVersion: number
  readonly expires: Micros | null
  /** It names a possible or confirmed victim: its content is kept for a shorter time. */
  readonly victim: boolean
  /** Why it is not to be logged before its originator has confirmed it. */
  readonly hold?: Refusal
}

/** One record as it was received, and what the checks made of it. */
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
  /**
   * The originator's signed word that these bytes, held before, are meant: what came in this time.
   */
  readonly confirmation?: { readonly raw: Uint8Array; readonly digest: Buffer }
  readonly outcome:
    | { readonly ok: true; readonly notice: Loggable }
    | {
        readonly ok: false
        readonly held: boolean
        readonly refusal: Refusal
        readonly about?: { readonly id: string; readonly version: number }
      }
}

/** What the sender is told. `index` and `time` (log time) only for what is accepted. */
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
}
export type NewRefusal = { readonly intake: Intake; readonly answer: Answer }
/** What became, by this batch, of a record that is not in it. */
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

type Logged = {
  version: number
  digest: Buffer
  index: number
  time: Micros
  status: string
  subjectKey: string
  kind: string
  destroyed: boolean
}

/**
 * Logs one micro-batch in one transaction and answers each record, in order. The row lock on
 * `sequencer` puts batches of all hub processes one after the other; indexes are gapless, times
 * strictly increase. Durable when it resolves. Safe to call again with the same records: the same
 * bytes get the same answer, whatever the registry says by then.
 */
export const appendBatch = (pool: Pool, records: readonly Intake[]): Promise<Appended> =>
  transaction(
    pool,
    async (client, rows) => {
      const sequence = rows[0] as Sequence
      const [earlier, known] = await Promise.all([
        earlierAnswers(client, records),
        loggedVersions(client, records),
      ])
      const plan = planBatch(records, earlier, known, sequence)
      const confirmed = plan.released.filter((intake) => intake.confirmation !== undefined)
      const written = [
        plan.entries.length > 0 && insertEntries(client, plan.entries, sequence.batch),
        plan.refusals.length > 0 && insertQuarantine(client, plan.refusals, sequence.batch),
        plan.released.length > 0 && releaseHeld(client, plan.released),
        confirmed.length > 0 && insertConfirmations(client, confirmed),
      ]
      const [further = []] = await Promise.all([
        plan.withdrawn.length > 0 ? withdrawHeld(client, plan.withdrawn) : undefined,
        ...written,
      ])
      failpoint('hub.appended')
      // If the process dies before COMMIT nothing of this batch exists and Kafka redelivers it;
      // after COMMIT all of it does, and the redelivered records meet their own digests.
      return { batch: sequence.batch, answers: plan.answers, further, logged: plan.entries.length }
    },
    takeSequencer,
  )

type Sequence = { next: number; lastTime: Micros; batch: number }

const takeSequencer = `select next_index as next, last_time as "lastTime", nextval('intake_batch')
  as batch from sequencer for update`

const keyOf = (participant: string, digest: Buffer): string =>
  `${participant} ${digest.toString('hex')}`

const earlierAnswers = async (
  client: PoolClient,
  records: readonly Intake[],
): Promise<Map<string, Answer>> => {
  const { rows } = await client.query<{
    participant: string
    digest: Buffer
    state: Answer['state']
    code: Code
    pointer: string | null
    detail: string | null
    id: string | null
    version: number | null
  }>({
    name: 'earlier-answers',
    text: `select q.participant, q.digest, q.state, q.code, q.pointer, q.detail, q.notice_id as id,
      q.version
           from unnest($1::text[], $2::bytea[]) as r (participant, digest)
           join quarantine q on q.participant = r.participant and q.digest = r.digest
           where q.state in ('rejected', 'superseded')`,
    values: [records.map((r) => r.participant), records.map((r) => r.digest)],
  })
  return new Map(
    rows.map((q) => [
      keyOf(q.participant, q.digest),
      {
        state: q.state,
        code: q.code,
        ...(q.id !== null && { id: q.id }),
        ...(q.version !== null && { version: q.version }),
        ...(q.pointer !== null && { pointer: q.pointer }),
        ...(q.detail !== null && { detail: q.detail }),
      },
    ]),
  )
}

const noticeKey = (issuer: string, id: string): string => `${issuer} ${id}`

const loggedVersions = async (
  client: PoolClient,
  records: readonly Intake[],
): Promise<Map<string, Logged[]>> => {
  const notices = records.flatMap((r) => (r.outcome.ok ? [r.outcome.notice] : []))
  const { rows } = await client.query<Logged & { issuer: string; id: string }>({
    name: 'logged-versions',
    text: `select e.issuer, e.id, e.version, e.digest, e.index, e.time, e.status,
      e.subject_key as "subjectKey", e.kind, e.destroyed_at is not null as destroyed
           from (select distinct * from unnest($1::text[], $2::uuid[])) as n (issuer, id)
           join entry e on e.issuer = n.issuer and e.id = n.id and e.event = 'notice'
           order by e.version`,
    values: [notices.map((n) => n.issuer), notices.map((n) => n.id)],
  })
  return Map.groupBy(rows, (r) => noticeKey(r.issuer, r.id))
}

type Plan = {
  answers: Answer[]
  entries: NewEntry[]
  refusals: NewRefusal[]
  released: Intake[]
  withdrawn: Loggable[]
}

const planBatch = (
  records: readonly Intake[],
  earlier: Map<string, Answer>,
  known: Map<string, Logged[]>,
  sequence: Sequence,
): Plan => {
  const plan: Plan = { answers: [], entries: [], refusals: [], released: [], withdrawn: [] }
  let { next, lastTime } = sequence
  const recorded = new Set(earlier.keys())
  for (const intake of records) {
    const key = keyOf(intake.participant, intake.digest)
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
  known: Map<string, Logged[]>,
  { intake, notice, index, time }: NewEntry,
): void => {
  const key = noticeKey(notice.issuer, notice.id)
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

/** The answer to a record that is not to be logged (again); undefined for one that is. */
const judge = (intake: Intake, known: Map<string, Logged[]>): Answer | undefined => {
  if (!intake.outcome.ok)
    return {
      state: intake.outcome.held ? 'held' : 'rejected',
      ...intake.outcome.about,
      ...intake.outcome.refusal,
    }
  const { notice } = intake.outcome
  const names = { id: notice.id, version: notice.version }
  const versions = known.get(noticeKey(notice.issuer, notice.id)) ?? []
  const same = versions.find((v) => v.version === notice.version)
  if (same?.digest.equals(intake.digest))
    return { state: 'accepted', ...names, index: same.index, time: same.time }
  if (same) return { state: 'rejected', ...names, code: 'envelope/conflict' }
  const newest = versions.reduce<Logged | undefined>(
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
 * Nothing of the notice is in the log: its revocation reveals what was never published, and so ends
 * what is held instead.
 */
const firstHeld = (notice: Loggable): Answer | undefined =>
  notice.hold !== undefined && notice.status === 'revoked'
    ? { state: 'rejected', id: notice.id, version: notice.version, code: 'never-list/withdrawn' }
    : heldAnswer(notice)
