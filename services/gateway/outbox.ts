import type { Pool } from 'pg'
import type { Canonical } from '#core/identifiers/canonical.ts'
import type { Warning } from '#core/refusal.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { Dates, Due } from '#core/notice/review.ts'
import { dueCondition } from './upkeep/due.ts'

export type State = 'queued' | 'held' | 'accepted' | 'superseded' | 'rejected'

/**
 * A signed notice version before it is stored. `contentHash` is SHA-256 of the RFC 8785 form of the
 * body as sent.
 */
export type Submission = {
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

/** A stored submission. */
export type OutboxRow = Omit<Submission, 'envelope' | 'dates'> &
  Dates & {
    readonly seq: number
    readonly state: State
    readonly receipt: Readonly<Record<string, unknown>> | null
    readonly answeredAt: Micros | null
    /** When its content was destroyed. Then only its ids and the hub's answer are left. */
    readonly destroyedAt: Micros | null
  }

const columns = `seq, id, version, status, state, agency, submitter, kind,
  content_hash as "contentHash", content::json as content, canonical, warnings,
  encode(digest, 'hex') as digest, posted_at as "postedAt", review, expires, receipt,
  answered_at as "answeredAt", destroyed_at as "destroyedAt"`

/**
 * Stores submissions in one statement, hence one commit. Resolves with the seq of each, or
 * undefined if its id and version are taken. Durable when it resolves.
 */
export const insertSubmissions = async (
  pool: Pool,
  given: readonly Submission[],
): Promise<(number | undefined)[]> => {
  const of = <T>(pick: (s: Submission) => T): T[] => given.map(pick)
  const { rows } = await pool.query<{ seq: number; digest: string }>({
    name: 'insert-submissions',
    text: `insert into outbox (id, version, status, agency, submitter, kind, subject_key,
      content_hash, content, canonical, warnings, digest, envelope, posted_at, review, expires)
           select id, version, status, agency, submitter, kind, subject_key, content_hash, content,
           canonical::json, warnings::json, decode(digest, 'hex'), envelope, posted_at, review,
           expires
           from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
           $7::text[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
           $14::bigint[], $15::bigint[], $16::bigint[])
             as g (id, version, status, agency, submitter, kind, subject_key, content_hash, content,
             canonical, warnings, digest, envelope, posted_at, review, expires)
           on conflict (id, version) where state <> 'rejected' do nothing
           returning seq, encode(digest, 'hex') as digest`,
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
    ],
  })
  const stored = new Map(rows.map((r) => [r.digest, r.seq]))
  return given.map((s) => stored.get(s.digest))
}

/**
 * All stored versions of each id, oldest first. Versions that the hub rejected are left out, unless
 * there is no other. One statement for all ids; `ids` are UUIDs.
 */
export const findVersions = async (pool: Pool, ids: readonly string[]): Promise<OutboxRow[][]> => {
  const { rows } = await pool.query<OutboxRow>({
    name: 'find-versions',
    text: `select ${columns} from outbox where id = any($1::uuid[]) order by seq`,
    values: [ids],
  })
  const byId = Map.groupBy(rows, (row) => row.id)
  return ids.map((id) => {
    const all = byId.get(id) ?? []
    const standing = all.filter((r) => r.state !== 'rejected')
    return standing.length > 0 ? standing : all
  })
}

export type Listing = {
  readonly agency: string
  readonly state?: State
  readonly due?: { readonly due: Due; readonly now: Micros; readonly ahead: Micros }
  readonly after: number
  readonly limit: number
}

/** An agency's own submissions after a seq, oldest first. */
export const listSubmissions = async (
  pool: Pool,
  { agency, state, due, after, limit }: Listing,
): Promise<OutboxRow[]> => {
  if (due !== undefined) return listDue(pool, { agency, after, limit }, due)
  const { rows } = await pool.query<OutboxRow>({
    name: 'list-submissions',
    text: `select ${columns} from outbox where agency = $1 and seq > $2 and ($3::text is null
      or state = $3) order by seq limit $4`,
    values: [agency, after, state ?? null, limit],
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
    text: `select ${columns} from outbox o where o.agency = $3 and o.seq > $4
      and ${dueCondition(due)} order by o.seq limit $5`,
    values: [now, ahead, agency, after, limit],
  })
  return rows
}

/**
 * What the relay publishes: the envelope, or in its place the statement that confirms it, and the
 * time of the POST. `digest` is the digest of the envelope.
 */
export type OpenRow = {
  readonly seq: number
  readonly id: string
  readonly digest: string
  readonly envelope: string
  readonly postedAt: Micros
}

const openRow = `o.seq, o.id, encode(o.digest, 'hex') as digest, coalesce(c.statement,
  o.envelope) as envelope, o.posted_at as "postedAt"
  from outbox o left join confirmation c on c.outbox = o.seq and c.state = 'open'
  where o.state in ('queued', 'held')`

/**
 * The rows that the hub has not answered for good, oldest first. They are found by state, not by a
 * high-water mark, since a lower seq can commit later.
 */
export const findOpen = async (pool: Pool, after: number, limit: number): Promise<OpenRow[]> => {
  const { rows } = await pool.query<OpenRow>({
    name: 'find-open',
    text: `select ${openRow} and o.seq > $1 order by o.seq limit $2`,
    values: [after, limit],
  })
  return rows
}

/** One open row by its seq. */
export const findOpenRow = async (pool: Pool, seq: number): Promise<OpenRow | undefined> => {
  const { rows } = await pool.query<OpenRow>({
    name: 'find-open-row',
    text: `select ${openRow} and o.seq = $1`,
    values: [seq],
  })
  return rows[0]
}

export const countOpen = async (
  pool: Pool,
): Promise<{ open: number; held: number; oldest: Micros | null }> => {
  const { rows } = await pool.query<{ open: number; held: number; oldest: Micros | null }>(
    `select count(*) as open, count(*) filter (where state = 'held') as held,
      min(posted_at) filter (where state = 'queued') as oldest from outbox
      where state in ('queued', 'held')`,
  )
  return rows[0]!
}
