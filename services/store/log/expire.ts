import { createHash, randomBytes } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import { leafHash } from '#core/envelope/leaf.ts'
import type { Micros } from '#core/registry/registry.ts'
import { formatMicros } from '#core/time.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { holdLogEnd, nextTime, type LogEnd, type Trust } from './log-end.ts'

type Due = {
  index: number
  issuer: string
  id: string
  version: number
  kind: string
  canonical: string
  tokens: string[]
  registryVersion: number
  expires: Micros | null
  digest: Buffer
  isNewest: boolean
}

/**
 * Logs the end of every notice whose expiry has come by the database's time, at most `limit` at a
 * time, as entries of the hub. If `trust` throws, none. A version that a later one has replaced
 * gets no entry. Resolves with how many fell due: call again while there are any. Durable when it
 * resolves; done by two processes at once, it counts once.
 */
export const expireNotices = (pool: Pool, limit: number, trust: Trust): Promise<number> =>
  transaction(pool, async (client) => {
    const end = await holdLogEnd(client, trust)
    const due = await findDue(client, end.now, limit)
    if (due.length > 0) await logEnds(client, end, due)
    return due.length
  })

/** Logs the end of these versions, whatever their expiry. The caller holds the end of the log. */
export const endNotices = async (
  client: PoolClient,
  end: LogEnd,
  indexes: readonly number[],
): Promise<void> => {
  if (indexes.length === 0) return
  const { rows } = await client.query<Due>({
    name: 'notices-to-end',
    text: `select ${dueColumns} from entry e where e.index = any ($1::bigint[]) order by e.index`,
    values: [indexes],
  })
  await logEnds(client, end, rows)
}

const logEnds = async (client: PoolClient, end: LogEnd, due: readonly Due[]): Promise<void> => {
  let { next, lastTime: last } = end
  for (const notice of due.filter((d) => d.isNewest)) {
    last = nextTime(end, last)
    await insertEnd(client, notice, next++, last)
  }
  await client.query('update sequencer set next_index = $1, last_time = $2', [next, last])
  await client.query('delete from expiry_due where index = any ($1::bigint[])', [
    due.map((d) => d.index),
  ])
}

const dueColumns = `e.index, e.issuer, e.id, e.version, e.kind,
  e.canonical, e.tokens, e.registry_version as "registryVersion",
  e.expires, e.digest, not exists (select from entry l where l.issuer = e.issuer and l.id = e.id
  and l.index > e.index) as "isNewest"`

const findDue = async (client: PoolClient, now: Micros, limit: number): Promise<Due[]> => {
  const { rows } = await client.query<Due>({
    name: 'find-due',
    text: `select ${dueColumns} from (select index from expiry_due where expires <= $1
      order by expires limit $2) d join entry e using (index) order by e.index`,
    values: [now, limit],
  })
  return rows
}

/**
 * The hub's own statement: which signed version ended, and when. It names the version by its
 * digest, so it holds no content.
 */
const insertEnd = async (
  client: PoolClient,
  due: Due,
  index: number,
  time: Micros,
): Promise<void> => {
  const statement = JSON.stringify({
    event: 'notice.expired',
    iss: due.issuer,
    id: due.id,
    version: due.version,
    digest: due.digest.toString('hex'),
    ...(due.expires !== null && { expires: formatMicros(due.expires) }),
  })
  const salt = randomBytes(32)
  await client.query({
    name: 'insert-end',
    text: `with e as (
             insert into entry (index, time, event, issuer, id, version, status, kind, digest,
             statement, disclosures, canonical, warnings, tokens, registry_version, salt, leaf,
             batch, published_at, received_at)
             values ($1, $2, 'expired', $3, $4, $5, 'expired', $6, $7, $8, '', $9, '[]', $10, $11,
             $12, $13, 0, $2, $2))
           insert into entry_token (token, index, kind)
           select unnest($10::text[]), $1, $6
           union all
           select t.token, $1, $6 from entry_token t where t.index = $14 and t.token like 'W:%'`,
    values: [
      index,
      time,
      due.issuer,
      due.id,
      due.version,
      due.kind,
      createHash('sha256').update(statement).digest(),
      statement,
      due.canonical,
      due.tokens,
      due.registryVersion,
      salt,
      leafHash(salt, time, statement),
      due.index,
    ],
  })
}
