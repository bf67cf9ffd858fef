import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import type { Test } from 'tap'
import { createPool } from '#runtime/postgres/pool.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { rightClock } from '#test/support/clock.ts'
import { freshDatabase } from '#test/support/database.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { storeReceipts } from '../../../services/gateway/exchange/receipt-store.ts'
import { insertSubmissions } from '../../../services/gateway/outbox.ts'
import { findVersions } from '../../../services/gateway/stored-versions.ts'
import { gatewayMigrations } from '../../../services/gateway/parts.ts'
import { watchGatewayRetention } from '../../../services/gateway/upkeep/retention.ts'
import { day, findOpen, log, start, submission } from './world.ts'

/** Submissions that the hub has accepted at `start`, one a reply, with what others said of each. */
const fill = async (pool: Pool, count: number): Promise<void> => {
  await pool.query(
    `with replies as (
       insert into reply (digest, message, received_at, in_use)
         select uuid_send(gen_random_uuid()), 'a reply', $2, true from generate_series(1, $1)
         returning seq),
     stored as (
       insert into submission (id, version, status, agency, submitter, kind, subject_key,
         content_hash, content, canonical, warnings, digest, envelope, posted_at, contract)
       select gen_random_uuid(), 1, 'active', 'TH-CCIB', 's', 'phone-number', '', '',
         '{"operatorStatus":"suspect"}', '{}', '[]', uuid_send(gen_random_uuid()), 'e', $2, 2
       from generate_series(1, $1)
         returning seq, id),
     said as (
       insert into told (index, type, participant, about_issuer, about_id, statement, at, id)
         select seq, 'reaction', 'KH', 'TH', id, 'said', $2, gen_random_uuid() from stored)
     insert into answer (seq, state, receipt, reply, answered_at)
     select stored.seq, 'accepted', '{}', replies.seq, $2 from stored join replies using (seq)`,
    [count, start],
  )
  await pool.query('analyze')
}

/** How often all rows of these tables were read. */
const scans = async (pool: Pool, ...tables: string[]): Promise<unknown[]> => {
  await pool.query('select pg_stat_force_next_flush()')
  const { rows } = await pool.query(
    `select relname, seq_scan from pg_stat_user_tables where relname = any ($1) order by relname`,
    [tables],
  )
  return rows
}

export const foundByIndex = async (t: Test): Promise<void> => {
  const pool = createPool({ url: await freshDatabase(t), max: 1, applicationName: 'test', log })
  t.teardown(() => pool.end())
  await migrate(pool, gatewayMigrations, { component: 'gateway' })
  await fill(pool, 20_000)

  await t.test('no POST, no relay and no receipt reads all submissions', async (t) => {
    const before = await scans(pool, 'submission')
    const given = Array.from({ length: 50 }, () => submission(phone()))
    const ids = given.map(({ id }) => id)
    await findVersions(pool, [randomUUID(), ...ids])
    await insertSubmissions(pool, given)
    t.equal((await findOpen(pool, 0, 500)).length, 50)
    await insertSubmissions(
      pool,
      given.slice(0, 5).map(({ id }) => submission(phone({ id }))),
    )
    const receipts = given.map(({ digest }) => ({ digest, status: 'rejected' as const }))
    t.equal(
      (await storeReceipts(pool, Buffer.from('a reply'), receipts, rightClock.now())).length,
      50,
    )
    t.equal((await findVersions(pool, ids)).flat().length, 50)
    await insertSubmissions(
      pool,
      ids.map((id) => submission(phone({ id }))),
    )
    t.equal((await findVersions(pool, ids)).flat().length, 50, 'the rejected are left out')
    t.same(await scans(pool, 'submission'), before)
  })
  await t.test('no turn of retention reads all rows, while all but a few are kept', async (t) => {
    const before = await scans(pool, 'answer', 'reply', 'submission', 'told')
    const [victim, plain] = ['{"operatorStatus":"possible-victim"}', '{}']
    const due = [
      { seq: 7, content: victim, at: start - 365 * day },
      { seq: 8, content: plain, at: start - 1826 * day },
    ]
    for (const { seq, content, at } of due) {
      await pool.query('update submission set content = $2, posted_at = $3 where seq = $1', [
        seq,
        content,
        at,
      ])
      await pool.query('update answer set answered_at = $2 where seq = $1', [seq, at])
      await pool.query('update reply set received_at = $2 where seq = $1', [seq, at])
    }
    const watched = watchGatewayRetention({
      pool,
      now: () => start,
      kept: { normal: 1826 * day, victim: 365 * day },
      everyMs: 20,
      log,
    })
    t.teardown(() => watched.close())
    const gone = `select from submission s join told t on t.about_id = s.id
      where s.seq in (7, 8) and t.statement = ''`
    await until('they are gone', async () => (await pool.query(gone)).rowCount === 2)
    await watched.close()
    t.equal((await pool.query('select from reply where seq in (7, 8)')).rowCount, 0)
    t.same(await scans(pool, 'answer', 'reply', 'submission', 'told'), before)
  })
}
