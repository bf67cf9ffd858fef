import type { Pool, PoolClient } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'

/**
 * How long content is kept after the newest version of its notice, or a statement, was answered, in
 * microseconds. `victim` counts if that version names a possible or confirmed victim.
 */
export type Kept = { readonly normal: Micros; readonly victim: Micros }

const batch = 200

/** The submissions that were answered until `$1`, each found by an index of its own. */
const answeredUntil = {
  normal: `reply r join answer a on a.reply = r.seq join submission s on s.seq = a.seq
    where r.received_at <= $1 and a.answered_at <= $1`,
  // the second line is the condition of the index
  victim: `submission s join answer a on a.seq = s.seq where s.posted_at <= $1
    and s.type = 'notice' and s.content like '%"operatorStatus":"%-victim"%'
    and a.answered_at <= $1
    and s.content::json ->> 'operatorStatus' in ('possible-victim', 'confirmed-victim')`,
}

type Due = { readonly type: string; readonly id: string }

/**
 * What is due under one of the two times: the newest versions, so that those before them are due
 * with them. Nothing is due of which a version waits for the hub.
 */
const findDue = async (
  client: PoolClient,
  time: keyof typeof answeredUntil,
  until: Micros,
  limit: number,
): Promise<Due[]> => {
  const { rows } = await client.query<Due>({
    name: `due-for-destruction-${time}`,
    text: `select s.type, s.id from ${answeredUntil[time]} and a.destroyed_at is null
      and not exists (select from submission l where l.type = s.type and l.id = s.id
      and (l.seq > s.seq or exists (select from open o where o.seq = l.seq)))
      order by ${time === 'normal' ? 'r.received_at' : 's.posted_at'} limit $2 for update of a`,
    values: [until, limit],
  })
  return rows
}

/**
 * Destroys the content of the notices and statements whose time is over, at most `limit` of each
 * sort: what was sent, what was signed, and what was said about it, by others too. Id, version,
 * digest and the place in the log stay. What the hub has not answered for good is kept, whatever
 * its age. Resolves with how many were destroyed, and whether there may be more. Durable when it
 * resolves; done twice, it counts once.
 */
const destroyDue = (
  pool: Pool,
  now: Micros,
  { normal, victim }: Kept,
  limit: number,
): Promise<{ destroyed: number; more: boolean }> =>
  transaction(pool, async (client) => {
    const before = { normal: now - normal, shorter: now - Math.min(normal, victim) }
    const due = [
      await findDue(client, 'normal', before.normal, limit),
      await findDue(client, 'victim', before.shorter, limit),
    ]
    if (due.flat().length > 0) await destroy(client, due.flat(), now)
    const told = await dropTold(client, before.normal, limit)
    const replies = await dropReplies(client, before.shorter, limit)
    const most = Math.max(...due.map((some) => some.length), told, replies)
    return { destroyed: due.flat().length, more: most === limit }
  })

const destroy = async (client: PoolClient, due: readonly Due[], now: Micros): Promise<void> => {
  // The receipt loses what it says of the content. It keeps the place in the log. A confirmation
  // goes with its notice.
  const { rows } = await client.query<{ reply: number }>({
    name: 'destroy-content',
    text: `with gone as (
             select s.seq, a.reply from unnest($1::text[], $2::uuid[]) as d (type, id)
             join submission s on s.type = d.type and s.id = d.id
             join answer a on a.seq = s.seq and a.destroyed_at is null
             union
             select c.seq, a.reply from unnest($1::text[], $2::uuid[]) as d (type, id)
             join submission s on s.type = d.type and s.id = d.id and s.type = 'notice'
             join submission c on c.type = 'confirmation' and c.id = confirmation_id(s.digest)
             and c.version = 1
             join answer a on a.seq = c.seq and a.destroyed_at is null),
           emptied as (
             update submission s set content = '{}', canonical = '{}', warnings = '[]',
             envelope = '', subject_key = '', content_hash = '', review = null, expires = null
             from gone where s.seq = gone.seq),
           answered as (
             update answer a set reply = null, destroyed_at = $3,
             receipt = (a.receipt::jsonb - 'detail' - 'pointer')::json
             from gone where a.seq = gone.seq)
           select distinct reply from gone`,
    values: [due.map(({ type }) => type), due.map(({ id }) => id), now],
  })
  const notices = due.filter(({ type }) => type === 'notice').map(({ id }) => id)
  await client.query({
    name: 'destroy-told',
    text: `update told set statement = '' where about_id = any ($1::uuid[]) and statement <> ''`,
    values: [notices],
  })
  await client.query({
    name: 'destroy-replies',
    text: `delete from reply r where r.seq = any ($1::bigint[])
      and not exists (select from answer a where a.reply = r.seq)
      and not exists (select from open o where o.reply = r.seq)`,
    values: [rows.map(({ reply }) => reply)],
  })
}

/**
 * Destroys what others said about a notice that this gateway has not: it was destroyed at the same
 * moment, or the database was restored from an older one.
 */
const dropTold = async (client: PoolClient, until: Micros, limit: number): Promise<number> => {
  const { rowCount } = await client.query({
    name: 'drop-told',
    text: `update told set statement = '' where ctid = any (array(
      select t.ctid from told t where t.at <= $1 and t.statement <> ''
      and not exists (select from submission s where s.type = 'notice' and s.id = t.about_id
      and s.envelope <> '') order by t.at limit $2))`,
    values: [until, limit],
  })
  return rowCount ?? 0
}

/**
 * Destroys the hub's signed replies on which nothing that is kept rests, after the shorter time: a
 * reply can say what was wrong with a notice. The others are marked, and go with what rests on
 * them.
 */
const dropReplies = async (client: PoolClient, until: Micros, limit: number): Promise<number> => {
  const { rows } = await client.query<{ count: number }>({
    name: 'drop-replies',
    text: `with old as (
             select r.seq, exists (select from answer a where a.reply = r.seq) as used
             from reply r where r.received_at <= $1 and not r.in_use
             and not exists (select from open o where o.reply = r.seq)
             order by r.received_at limit $2),
           dropped as (
             delete from reply r using old where r.seq = old.seq and not old.used
             returning r.seq),
           marked as (
             update reply r set in_use = true from old where r.seq = old.seq and old.used
             returning r.seq)
           select (select count(*) from dropped) + (select count(*) from marked) as count`,
    values: [until, limit],
  })
  return rows[0]!.count
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
      for (let more = true; more && !closing.aborted;) {
        const done = await destroyDue(pool, now(), kept, batch)
        more = done.more
        if (done.destroyed > 0)
          log.info({ count: done.destroyed }, 'content destroyed: its time is over')
      }
    },
    (error) => log.error({ err: error }, 'content that is due is not destroyed; tried again'),
  )
}
