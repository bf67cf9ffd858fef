import { createHash, randomUUID } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Pool } from 'pg'
import type { Test } from 'tap'
import type { Due } from '#core/notice/review.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import type { OpenRow } from '../../../services/gateway/exchange/open-queue.ts'
import type { OutboxRow, State } from '../../../services/gateway/outbox.ts'
import { gatewayMigrations } from '../../../services/gateway/parts.ts'
import { day, start } from './world.ts'

/*
 * The database of a gateway before migration 006: one table `outbox`, whose rows the receipts
 * rewrote, and the statements by which the program of that time read it.
 */

/** Applies migrations 001 to 005. */
export const migrateToOutbox = async (t: Test, pool: Pool): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-001-005-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await cp(gatewayMigrations, folder, {
    recursive: true,
    filter: (path) => !path.endsWith('.sql') || /00[1-5]_[^/]+$/.test(path),
  })
  const applied = await migrate(pool, pathToFileURL(folder), { component: 'gateway' })
  t.equal(applied.length, 5)
}

export type Old = {
  readonly state: State
  readonly id?: string
  readonly version?: number
  readonly status?: 'active' | 'revoked'
  readonly agency?: string
  readonly review?: number
  readonly expires?: number
  readonly destroyedAt?: number
}

/** Writes one row as that program left it in this state. Resolves with its seq, id and digest. */
export const storeOld = async (
  pool: Pool,
  { state, id = randomUUID(), version = 1, status = 'active', agency = 'TH-CCIB', ...more }: Old,
): Promise<{ readonly seq: number; readonly id: string; readonly digest: string }> => {
  const envelope = `envelope ${randomUUID()}`
  const digest = createHash('sha256').update(envelope).digest()
  const answered = state !== 'queued'
  const receipt = { digest: digest.toString('hex'), status: state, detail: id }
  const row = {
    id,
    version,
    status,
    state,
    agency,
    submitter: 's',
    kind: 'phone-number',
    subject_key: '+66',
    content_hash: createHash('sha256').update(id).digest(),
    content: JSON.stringify({ id, of: envelope }),
    canonical: { key: '+66' },
    warnings: '[]',
    digest,
    envelope: more.destroyedAt === undefined ? envelope : '',
    posted_at: start,
    receipt: answered ? receipt : null,
    reply: answered && more.destroyedAt === undefined ? await storeOldReply(pool) : null,
    answered_at: answered ? start + day : null,
    review: more.review,
    expires: more.expires,
    destroyed_at: more.destroyedAt,
  }
  const names = Object.keys(row)
  const { rows } = await pool.query<{ seq: number }>(
    `insert into outbox (${names.join(', ')})
     values (${names.map((_, i) => `$${i + 1}`).join(', ')}) returning seq`,
    Object.values(row),
  )
  return { seq: rows[0]!.seq, id, digest: receipt.digest }
}

const storeOldReply = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ seq: number }>(
    `insert into reply (digest, message, received_at) values ($1, 'a reply', $2) returning seq`,
    [createHash('sha256').update(randomUUID()).digest(), start + day],
  )
  return rows[0]!.seq
}

export const confirmOld = async (
  pool: Pool,
  outbox: number,
  state: 'open' | 'rejected' | 'destroyed',
): Promise<string> => {
  const digest = createHash('sha256').update(randomUUID()).digest()
  const [statement, reason] = state === 'destroyed' ? ['', ''] : ['a word', 'meant']
  await pool.query(
    `insert into confirmation (outbox, statement, digest, reason, submitter, confirmed_at, state,
       receipt) values ($1, $2, $3, $4, 's', $5, $6, $7)`,
    [
      outbox,
      statement,
      digest,
      reason,
      start,
      state === 'rejected' ? state : 'open',
      state === 'rejected' ? { code: 'never-list/not-held' } : null,
    ],
  )
  return digest.toString('hex')
}

const columns = `seq, id, version, status, state, agency, submitter, kind,
  content_hash as "contentHash", content::json as content, canonical, warnings,
  encode(digest, 'hex') as digest, posted_at as "postedAt", review, expires, receipt,
  answered_at as "answeredAt", destroyed_at as "destroyedAt"`

export const oldRows = async (pool: Pool): Promise<OutboxRow[]> =>
  (await pool.query<OutboxRow>(`select ${columns} from outbox order by seq`)).rows

export const oldDue = async (pool: Pool, due: Due, at: number): Promise<OutboxRow[]> => {
  const { rows } = await pool.query<OutboxRow>(
    `select ${columns} from outbox o where o.state = 'accepted' and o.status = 'active'
       and (o.expires is null or o.expires > $1)
       and not exists (select from outbox l where l.id = o.id and l.version > o.version
       and l.state <> 'rejected')
       and ${due === 'review' ? 'o.review' : 'o.expires'} <= $1 + $2 order by o.seq`,
    [at, 30 * day],
  )
  return rows
}

export const oldOpen = async (pool: Pool): Promise<OpenRow[]> => {
  const { rows } = await pool.query<OpenRow>(
    `select o.seq, o.id, encode(o.digest, 'hex') as digest, o.envelope, o.posted_at as "postedAt"
     from outbox o where o.state in ('queued', 'held') order by o.seq`,
  )
  return rows
}
