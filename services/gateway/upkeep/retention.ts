import type { Pool, PoolClient } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'

/**
 * How long content is kept after the newest version of its notice was answered, in microseconds.
 * `victim` counts if that version names a possible or confirmed victim.
 */
export type Kept = { readonly normal: Micros; readonly victim: Micros }

const batchNotices = 200

/**
 * Destroys the content of the notices whose time is over, at most `limit` of them: what was sent,
 * what was signed, and what was said about it. Id, version, digest and the place in the log stay. A
 * version that the hub has not answered for good is kept, whatever its age. Resolves with the
 * number of notices. Durable when it resolves; done twice, it counts once.
 */
const destroyDue = (
  pool: Pool,
  now: Micros,
  { normal, victim }: Kept,
  limit: number,
): Promise<number> =>
  transaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>({
      name: 'notices-to-destroy',
      text: `select s.id from reply r join answer a on a.reply = r.seq
             join submission s on s.seq = a.seq and s.type = 'notice'
             where r.received_at <= $1::bigint - least($2::bigint, $3::bigint)
               and a.answered_at <= $1::bigint - case when s.content::json ->> 'operatorStatus' in
               ('possible-victim', 'confirmed-victim') then least($2::bigint, $3::bigint)
               else $2::bigint end
               and not exists (select from submission l where l.type = 'notice' and l.id = s.id
               and (l.seq > s.seq or exists (select from open o where o.seq = l.seq)))
             order by r.received_at limit $4 for update of a`,
      values: [now, normal, victim, limit],
    })
    if (rows.length > 0)
      await destroy(
        client,
        rows.map((row) => row.id),
        now,
      )
    await dropReplies(client, now - Math.min(normal, victim))
    return rows.length
  })

const destroy = async (client: PoolClient, ids: readonly string[], now: Micros): Promise<void> => {
  // The receipt loses what it says of the content. It keeps the place of the notice in the log.
  await client.query({
    name: 'destroy-content',
    text: `with emptied as (
             update submission set content = '{}', canonical = '{}', warnings = '[]', envelope = '',
             subject_key = '', content_hash = '', review = null, expires = null
             where type = 'notice' and id = any ($1::uuid[]) returning seq)
           update answer a set reply = null, destroyed_at = $2,
           receipt = (a.receipt::jsonb - 'detail' - 'pointer')::json
           from emptied e where a.seq = e.seq and a.destroyed_at is null`,
    values: [ids, now],
  })
  await client.query({
    name: 'destroy-confirmations',
    text: `update confirmation c set statement = '', reason = '', receipt = null
      from submission s where s.seq = c.submission and s.type = 'notice'
      and s.id = any ($1::uuid[])`,
    values: [ids],
  })
}

/**
 * Destroys the hub's signed replies on which no kept notice rests, after the shorter time: a reply
 * can say what was wrong with a notice.
 */
const dropReplies = async (client: PoolClient, before: Micros): Promise<void> => {
  await client.query({
    name: 'drop-replies',
    text: `delete from reply r where r.received_at <= $1
      and not exists (select from answer a where a.reply = r.seq)
      and not exists (select from open o where o.reply = r.seq)`,
    values: [before],
  })
}

/** Destroys the content that is due, every `everyMs`, in each gateway process. */
export const watchGatewayRetention = (deps: {
  pool: Pool
  now: () => Micros
  kept: Kept
  everyMs: number
  log: Log
}): { close: () => Promise<void> } => {
  const { pool, now, kept, log } = deps
  return every(
    deps.everyMs,
    async (closing) => {
      for (let gone = batchNotices; gone === batchNotices && !closing.aborted;) {
        gone = await destroyDue(pool, now(), kept, batchNotices)
        if (gone > 0) log.info({ notices: gone }, 'content destroyed: its time is over')
      }
    },
    (error) => log.error({ err: error }, 'content that is due is not destroyed; tried again'),
  )
}
