import type { Pool, PoolClient } from 'pg'
import type { ContractVersion } from '#core/disclosures.ts'
import type { Canonical } from '#core/identifiers/canonical.ts'
import type { Warning } from '#core/refusal.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { SaidType } from '#core/said/forms.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import type { Dates, Due } from '#core/notice/review.ts'
import { dueCondition } from './upkeep/due.ts'

export type State = 'queued' | 'held' | 'accepted' | 'superseded' | 'rejected'

/**
 * A signed notice version, or another statement, before it is stored. A statement has the version 1
 * and no subject. `contentHash` is SHA-256 of the RFC 8785 form of the
 * body as sent.
 */
export type Submission = {
  readonly type: 'notice' | SaidType
  /** The version of the contract under which it was signed. */
  readonly contract: ContractVersion
  readonly id: string
  readonly version: number
  readonly status: 'active' | 'revoked'
  readonly agency: string
  readonly submitter: string
  readonly kind: string
  readonly contentHash: Buffer
  readonly content: Readonly<Record<string, unknown>>
  readonly canonical: Canonical
  readonly warnings: readonly Warning[]
  readonly digest: string
  readonly envelope: string
  readonly postedAt: Micros
  /** When the version is to be reviewed, and when it expires. */
  readonly dates: Dates
}

/**
 * A stored submission with the hub's answer. `queued`: the hub has not answered at all; `held`: it
 * has, but not for good.
 */
export type OutboxRow = Omit<Submission, 'envelope' | 'dates' | 'type' | 'contract'> &
  Dates & {
    readonly seq: number
    readonly state: State
    readonly receipt: Readonly<Record<string, unknown>> | null
    readonly answeredAt: Micros | null
    /** When its content was destroyed. Then only its ids and the hub's answer are left. */
    readonly destroyedAt: Micros | null
  }

/** How far a submission has come, by its answer `a` or its row `o` of the queue. */
export const answerColumns = `
  coalesce(a.state, case when o.receipt is null then 'queued' else 'held' end) as state,
  coalesce(a.receipt, o.receipt) as receipt,
  coalesce(a.answered_at, o.answered_at) as "answeredAt"`

/** The submissions `s`, each with its answer or its row of the queue. */
export const answered = `submission s left join answer a on a.seq = s.seq
  left join open o on o.seq = s.seq`

/** The columns of an `OutboxRow`. */
export const outboxColumns = `s.seq, s.id, s.version, s.status, ${answerColumns},
  s.agency, s.submitter, s.kind, s.content_hash as "contentHash", s.content::json as content,
  s.canonical, s.warnings, encode(s.digest, 'hex') as digest, s.posted_at as "postedAt", s.review,
  s.expires, a.destroyed_at as "destroyedAt"`

/** The same of the notices. */
const notices = `${answered} where s.type = 'notice'`

/**
 * Stores submissions and queues them for the relay. Resolves with the seq of each, or undefined if
 * its id and version are taken: by any but a rejected one. Durable when it resolves. If it rejects,
 * some may be stored all the same; sent again, they are taken.
 */
export const insertSubmissions = (
  pool: Pool,
  given: readonly Submission[],
): Promise<(number | undefined)[]> =>
  given.some(isFirst) ? insertBeforeChange(pool, given) : insertAll(pool, given)

const isFirst = ({ contract }: Submission): boolean => contract === 1

/** The gateway has changed over to version 2 of the contract; this process learns of it soon. */
class ChangedOver extends Error {
  override name = 'ChangedOver'
  readonly unavailable = true
}

/**
 * What is of version 1 of the contract is stored only before the change-over. After it the row is
 * not stored, and the request fails: sent again, it is signed anew.
 */
const insertBeforeChange = (
  pool: Pool,
  given: readonly Submission[],
): Promise<(number | undefined)[]> =>
  transaction(pool, async (client) => {
    const { rowCount } = await client.query('select from change_over where at is null for share')
    if (rowCount === 1) return insertAll(client, given)
    throw new ChangedOver('signed under version 1 of the contract')
  })

/** The same whatever the contract, as part of the caller's transaction if there is one. */
export const insertAll = async (
  db: Pool | PoolClient,
  given: readonly Submission[],
): Promise<(number | undefined)[]> => {
  const stored = await insertAfter(db, given, '0')
  const refused = given.filter((s) => !stored.has(s.digest))
  const again = refused.length === 0 ? [] : await insertAfter(db, refused, 'rejections')
  const seqs = new Map([...stored, ...again])
  return given.map((s) => seqs.get(s.digest))
}

/**
 * How many submissions of an id and version the hub has rejected. The next one takes that number
 * for its key, so of those that are not rejected only one is stored. The common number is 0, and to
 * plan this count costs more than an insertion.
 */
const before = {
  '0': '0',
  rejections: `(select count(*) from submission s join answer a on a.seq = s.seq
    where s.type = g.type and s.id = g.id and s.version = g.version and a.state = 'rejected')`,
}

/** One statement, hence one commit. Resolves with the seqs of those that were stored. */
const insertAfter = async (
  db: Pool | PoolClient,
  given: readonly Submission[],
  rejected: keyof typeof before,
): Promise<Map<string, number>> => {
  const of = <T>(pick: (s: Submission) => T): T[] => given.map(pick)
  const { rows } = await db.query<{ seq: number; digest: string }>({
    name: `insert-submissions-after-${rejected}`,
    text: `with stored as (
             insert into submission (id, version, rejected_before, status, agency, submitter, kind,
             subject_key, content_hash, content, canonical, warnings, digest, envelope, posted_at,
             review, expires, type, contract)
             select id, version, ${before[rejected]}, status, agency, submitter, kind, subject_key,
             content_hash, content, canonical::json, warnings::json, decode(digest, 'hex'),
             envelope, posted_at, review, expires, type, contract
             from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
             $7::text[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::text[],
             $13::text[], $14::bigint[], $15::bigint[], $16::bigint[], $17::text[],
             $18::smallint[])
               as g (id, version, status, agency, submitter, kind, subject_key, content_hash,
               content, canonical, warnings, digest, envelope, posted_at, review, expires,
               type, contract)
             on conflict (id, version, type, rejected_before) do nothing
             returning seq, digest, posted_at, agency,
               case when type = 'confirmation' and contract = 1
               then decode(content::json ->> 'digest', 'hex') end as confirms),
           queued as (
             insert into open (digest, seq, posted_at, agency, confirms)
             select digest, seq, posted_at, agency, confirms from stored)
           select seq, encode(digest, 'hex') as digest from stored`,
    values: [
      of((s) => s.id),
      of((s) => s.version),
      of((s) => s.status),
      of((s) => s.agency),
      of((s) => s.submitter),
      of((s) => s.kind),
      of((s) => s.canonical.key),
      of((s) => s.contentHash),
      of((s) => JSON.stringify(s.content)),
      of((s) => JSON.stringify(s.canonical)),
      of((s) => JSON.stringify(s.warnings)),
      of((s) => s.digest),
      of((s) => s.envelope),
      of((s) => s.postedAt),
      of((s) => s.dates.review),
      of((s) => s.dates.expires),
      of((s) => s.type),
      of((s) => s.contract),
    ],
  })
  return new Map(rows.map((r) => [r.digest, r.seq]))
}

export type Listing = {
  readonly agency: string
  readonly state?: State
  readonly due?: { readonly due: Due; readonly now: Micros; readonly ahead: Micros }
  readonly after: number
  readonly limit: number
}

/** Of each state, the condition that finds its rows by themselves, few or many. */
const isInState: Readonly<Record<State, string>> = {
  queued: 'o.seq is not null and o.receipt is null',
  held: 'o.receipt is not null',
  accepted: `a.state = 'accepted'`,
  superseded: `a.state = 'superseded'`,
  rejected: `a.state = 'rejected'`,
}

/** An agency's own submissions after a seq, oldest first. */
export const listSubmissions = async (
  pool: Pool,
  { agency, state, due, after, limit }: Listing,
): Promise<OutboxRow[]> => {
  if (due !== undefined) return listDue(pool, { agency, after, limit }, due)
  const { rows } = await pool.query<OutboxRow>({
    name: `list-submissions-${state ?? 'all'}`,
    text: `select ${outboxColumns} from ${notices} and s.agency = $1 and s.seq > $2
      and ${state === undefined ? 'true' : isInState[state]} order by s.seq limit $3`,
    values: [agency, after, limit],
  })
  return rows
}

const listDue = async (
  pool: Pool,
  { agency, after, limit }: Listing,
  { due, now, ahead }: NonNullable<Listing['due']>,
): Promise<OutboxRow[]> => {
  const { rows } = await pool.query<OutboxRow>({
    name: `list-due-${due}`,
    text: `select ${outboxColumns} from ${notices} and s.agency = $3 and s.seq > $4
      and ${dueCondition(due)} order by s.seq limit $5`,
    values: [now, ahead, agency, after, limit],
  })
  return rows
}
