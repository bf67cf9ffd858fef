import type { Pool, PoolClient } from 'pg'
import type { Code } from '#core/catalogue/catalogue.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import { insertQuarantine, insertStillOpen, releaseHeld, withdrawHeld } from './append-sql.ts'
import { appendRules, type AppendRules } from './append-rules.ts'
import { changedBefore, contract1For } from './contract-1.ts'
import { insertEntries } from './insert-entries.ts'
import { confirmedBy, recordKey, type Answer, type Appended, type Intake } from './intake.ts'
import { lockLogEnd } from './log-end.ts'
import type { MatchKey } from './match.ts'
import type { BeforeBatch, KnownVersion } from './judge.ts'
import { planBatch, type Plan, type Released, type Sequence } from './plan-batch.ts'
import { withinQuota } from './quarantine-quota.ts'
import { lostColumn, noticeKey } from './rows.ts'

/**
 * Logs one micro-batch in one transaction and answers each record, in order. The row lock on
 * `sequencer` puts the batches of all hub processes one after the other. Indexes have no gaps, and
 * log times strictly increase; they are the database's. If `trust` throws, nothing is logged.
 * Durable when it resolves. It may be called again with the same records: the same bytes get the
 * same answer, whatever the registry says by then. Under `matchKey` the subjects of active notices
 * are digested, so that lookups find them.
 */
export const appendBatch = (
  pool: Pool,
  matchKey: MatchKey,
  records: readonly Intake[],
  given: Partial<AppendRules> = {},
): Promise<Appended> =>
  transaction(
    pool,
    async (client, rows) => {
      const rules = { ...appendRules, ...given }
      const sequence = rows[0] as Sequence
      rules.trust?.(sequence.now)
      const all = [...records, ...records.map(confirmedBy).filter((held) => held !== undefined)]
      const [{ answers, waiting }, known, held, changed] = await Promise.all([
        earlierAnswers(client, all),
        loggedVersions(client, all, rules),
        heldNotices(client, records),
        changedBefore(client, all),
      ])
      const contract1 = contract1For(changed, sequence.now, rules)
      const before = { answers, waiting, known, held, contract1, rules }
      const plan = planBatch(records, before, sequence)
      const released = heldBefore(plan, waiting)
      const written = [
        plan.entries.length > 0 && insertEntries(client, matchKey, plan.entries, sequence.batch),
        plan.refusals.length > 0 && setAside(client, plan, waiting, rules, sequence.batch),
        released.length > 0 && releaseHeld(client, released),
        plan.changed.length > 0 && insertStillOpen(client, plan.changed),
      ]
      const [withdrawn = []] = await Promise.all([
        plan.withdrawn.length > 0 ? withdrawHeld(client, plan.withdrawn) : undefined,
        ...written,
      ])
      failpoint('hub.appended')
      // If the process dies before COMMIT, nothing of this batch exists and Kafka redelivers its
      // records. After COMMIT all of it exists, and the redelivered records are answered by their
      // digests.
      return {
        batch: sequence.batch,
        answers: plan.answers,
        further: [...plan.further, ...withdrawn],
        logged: plan.entries.length,
      }
    },
    `${keepPlans}; ${takeSequencer}`,
  )

const setAside = async (
  client: PoolClient,
  { refusals }: Plan,
  waiting: ReadonlySet<string>,
  { quarantine }: AppendRules,
  batch: number,
): Promise<void> => {
  const kept = await withinQuota(client, refusals, waiting, quarantine)
  if (kept.length > 0) await insertQuarantine(client, kept, batch)
}

/** Those of the records to log that are held: by an earlier batch, or earlier in this one. */
const heldBefore = ({ released, refusals }: Plan, waiting: ReadonlySet<string>): Released[] => {
  const keyOf = ({ participant, digest }: Intake): string => recordKey(participant, digest)
  const held = refusals.filter(({ answer }) => answer.state === 'held')
  const here = new Set(held.map(({ intake }) => keyOf(intake)))
  return released.filter(({ intake }) => waiting.has(keyOf(intake)) || here.has(keyOf(intake)))
}

/**
 * Planning the statements of a small batch costs more than running them, so a connection keeps the
 * plans of named ones. A plan is made while tables may be nearly empty: it may not read a whole
 * table, and each read below is an index probe for each record by its form (`lateral`, `offset 0`).
 * A statement that could be planned otherwise has no name, and is planned at each use.
 */
const keepPlans = `set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off`

const takeSequencer = lockLogEnd(`, nextval('intake_batch') as batch`)

type AnswerRow = {
  participant: string
  digest: Buffer
  state: Answer['state']
  code: Code
  pointer: string | null
  detail: string | null
  id: string | null
  version: number | null
}

/** The answers to records that have one, and the records that are held, by `recordKey`. */
const earlierAnswers = async (
  client: PoolClient,
  records: readonly Intake[],
): Promise<{ answers: Map<string, Answer>; waiting: Set<string> }> => {
  const { rows } = await client.query<AnswerRow>({
    name: 'earlier-answers',
    text: `select q.* from unnest($1::text[], $2::bytea[]) as r (participant, digest)
           cross join lateral (
             select q.participant, q.digest, q.state, q.code, q.pointer, q.detail,
               q.notice_id as id, q.version
             from quarantine q where q.participant = r.participant and q.digest = r.digest
             and q.state in ('rejected', 'superseded', 'held') offset 0) q`,
    values: [records.map((r) => r.participant), records.map((r) => r.digest)],
  })
  const keyOf = (q: (typeof rows)[number]): string => recordKey(q.participant, q.digest)
  return {
    waiting: new Set(rows.filter((q) => q.state === 'held').map(keyOf)),
    answers: new Map(rows.filter((q) => q.state !== 'held').map((q) => [keyOf(q), answerOf(q)])),
  }
}

const answerOf = (q: AnswerRow): Answer => ({
  state: q.state,
  code: q.code,
  ...(q.id !== null && { id: q.id }),
  ...(q.version !== null && { version: q.version }),
  ...(q.pointer !== null && { pointer: q.pointer }),
  ...(q.detail !== null && { detail: q.detail }),
})

/**
 * What is read of the log to judge these records, by `noticeKey`: of each notice that they bring,
 * or are about, the newest version; of each version that they bring, its logged form, and the
 * version by which its rate is known (`beyondBound`). Two or three index probes a record, however
 * many versions there are.
 */
const loggedVersions = async (
  client: PoolClient,
  records: readonly Intake[],
  { versionsPerHour }: AppendRules,
): Promise<Map<string, KnownVersion[]>> => {
  const notices = records.flatMap(({ outcome }) =>
    outcome.ok
      ? [outcome.notice, ...(outcome.notice.about ? [{ ...outcome.notice.about, version: 0 }] : [])]
      : [],
  )
  const { rows } = await client.query<KnownVersion & { issuer: string; id: string }>({
    name: 'logged-versions',
    text: `select e.*, ${lostColumn}
      from (select distinct * from unnest($1::text[], $2::uuid[], $3::int[])) as n (issuer, id,
        version)
      cross join lateral (
        (${newestUpTo('2147483647')}) union (${newestUpTo('n.version')})
        union (${newestUpTo('n.version - $4')})) e`,
    values: [
      notices.map((n) => n.issuer),
      notices.map((n) => n.id),
      notices.map((n) => n.version),
      versionsPerHour,
    ],
  })
  return Map.groupBy(rows, (r) => noticeKey(r))
}

/** SQL: the newest logged version of the notice `n` with this number or a lower one. */
const newestUpTo = (version: string): string =>
  `select e.issuer, e.id, e.version, e.digest, e.index, e.time, e.status, e.kind,
    e.destroyed_at is not null as destroyed, e.victim, e.canonical,
    array_to_string(e.tokens, ' ') as tokens, coalesce(e.marks, e.index) as marks
   from entry e where e.id = n.id and e.issuer = n.issuer and e.event <> 'expired'
     and e.version <= ${version} order by e.version desc limit 1`

/**
 * The notices, by `noticeKey`, of which this batch holds a revocation without content and of which
 * a version is held because its subject is on the never-list.
 */
const heldNotices = async (
  client: PoolClient,
  records: readonly Intake[],
): Promise<BeforeBatch['held']> => {
  const bare = records.flatMap(({ outcome }) =>
    outcome.ok && outcome.notice.bare ? [outcome.notice] : [],
  )
  if (bare.length === 0) return new Set()
  const { rows } = await client.query<{ issuer: string; id: string }>({
    text: `select q.participant as issuer, q.notice_id as id
           from (select distinct * from unnest($1::text[], $2::uuid[])) as n (issuer, id)
           join quarantine q on q.notice_id = n.id and q.participant = n.issuer
           where q.state = 'held' and q.code = 'never-list/held'`,
    values: [bare.map((n) => n.issuer), bare.map((n) => n.id)],
  })
  return new Set(rows.map(noticeKey))
}
