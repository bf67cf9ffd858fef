import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import type { Test } from 'tap'
import { createPool } from '#runtime/postgres/pool.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { freshDatabase } from '#test/support/database.ts'
import { phone } from '#test/support/notices.ts'
import { findOpen, findOpenRow } from '../../../services/gateway/exchange/open-queue.ts'
import { storeReceipts } from '../../../services/gateway/exchange/receipt-store.ts'
import { findVersions, insertSubmissions } from '../../../services/gateway/outbox.ts'
import { gatewayMigrations } from '../../../services/gateway/parts.ts'
import { log, submission } from './world.ts'

/** Submissions that the hub has accepted. */
const fill = async (pool: Pool, count: number): Promise<void> => {
  await pool.query(
    `with reply as (insert into reply (digest, message, received_at) values ('', '', 0)
       returning seq),
     stored as (
       insert into submission (id, version, status, agency, submitter, kind, subject_key,
         content_hash, content, canonical, warnings, digest, envelope, posted_at, contract)
       select gen_random_uuid(), 1, 'active', 'TH-CCIB', 's', 'phone-number', '', '', '{}', '{}',
         '[]', '', 'e', 0, 2 from generate_series(1, $1) returning seq)
     insert into answer (seq, state, receipt, reply, answered_at)
     select stored.seq, 'accepted', '{}', reply.seq, 0 from stored, reply`,
    [count],
  )
  await pool.query('analyze')
}

/** How often all submissions were read. */
const scans = async (pool: Pool): Promise<unknown[]> => {
  await pool.query('select pg_stat_force_next_flush()')
  const { rows } = await pool.query(
    `select seq_scan from pg_stat_user_tables where relname = 'submission'`,
  )
  return rows
}

export const foundByIndex = async (t: Test): Promise<void> => {
  const pool = createPool({ url: await freshDatabase(t), max: 1, applicationName: 'test', log })
  t.teardown(() => pool.end())
  await migrate(pool, gatewayMigrations, { component: 'gateway' })
  await fill(pool, 20_000)

  await t.test('no POST, no relay and no receipt reads all submissions', async (t) => {
    const before = await scans(pool)
    const given = Array.from({ length: 50 }, () => submission(phone()))
    const ids = given.map(({ id }) => id)
    await findVersions(pool, [randomUUID(), ...ids])
    const seqs = await insertSubmissions(pool, given)
    t.equal((await findOpen(pool, 0, 500)).length, 50)
    t.match(await findOpenRow(pool, seqs[0]!), { digest: given[0]!.digest })
    await insertSubmissions(
      pool,
      given.slice(0, 5).map(({ id }) => submission(phone({ id }))),
    )
    const receipts = given.map(({ digest }) => ({ digest, status: 'rejected' as const }))
    t.equal((await storeReceipts(pool, Buffer.from('a reply'), receipts)).length, 50)
    t.equal((await findVersions(pool, ids)).flat().length, 50)
    await insertSubmissions(
      pool,
      ids.map((id) => submission(phone({ id }))),
    )
    t.equal((await findVersions(pool, ids)).flat().length, 50, 'the rejected are left out')
    t.same(await scans(pool), before)
  })
}
