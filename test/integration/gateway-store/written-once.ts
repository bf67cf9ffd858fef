import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import type { Test } from 'tap'
import { createPool } from '#runtime/postgres/pool.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { confirmationId } from '#core/said/confirmation-id.ts'
import { rightClock } from '#test/support/clock.ts'
import { freshDatabase } from '#test/support/database.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { findConfirmation } from '../../../services/gateway/confirming/confirmation-store.ts'
import { countOpen } from '../../../services/gateway/exchange/open-queue.ts'
import { storeReceipts } from '../../../services/gateway/exchange/receipt-store.ts'
import {
  insertSubmissions,
  listSubmissions,
  type OutboxRow,
  type State,
} from '../../../services/gateway/outbox.ts'
import { gatewayMigrations } from '../../../services/gateway/parts.ts'
import { watchGatewayRetention } from '../../../services/gateway/upkeep/retention.ts'
import { confirmOld, migrateToOutbox, oldDue, oldOpen, oldRows, storeOld } from './old-outbox.ts'
import { findSaid } from '../../../services/gateway/said/said-store.ts'
import { findVersions } from '../../../services/gateway/stored-versions.ts'
import { day, findOpen, log, start, submission } from './world.ts'

const states = ['queued', 'held', 'accepted', 'superseded', 'rejected'] as const

/** A row in each state that the earlier program could leave, some twice; each by its name. */
const everyState = async (pool: Pool) => {
  const again = async (id: string, before: readonly State[], last: State) => {
    for (const state of before) await storeOld(pool, { id, state })
    return storeOld(pool, { id, state: last })
  }
  for (const agency of ['TH-CCIB', 'TH-OTHER'])
    for (const state of states)
      await storeOld(pool, { agency, state, review: start + 10 * day, expires: start + 20 * day })
  const confirmed = await storeOld(pool, { state: 'held' })
  const word = await confirmOld(pool, confirmed.seq, 'open')
  const refused = await storeOld(pool, { state: 'held' })
  await confirmOld(pool, refused.seq, 'rejected')
  const published = await storeOld(pool, { state: 'accepted' })
  await confirmOld(pool, published.seq, 'rejected')
  await confirmOld(pool, published.seq, 'open')
  const changed = await storeOld(pool, { state: 'accepted', review: start + 10 * day })
  await storeOld(pool, { id: changed.id, version: 2, state: 'superseded' })
  await storeOld(pool, { id: changed.id, version: 3, state: 'accepted', review: start + 11 * day })
  const kept = await storeOld(pool, { state: 'accepted', review: start + 10 * day })
  await storeOld(pool, { id: kept.id, version: 2, state: 'rejected' })
  const ended = await storeOld(pool, { state: 'accepted', review: start + 10 * day })
  await storeOld(pool, { id: ended.id, version: 2, status: 'revoked', state: 'queued' })
  const destroyed = await storeOld(pool, { state: 'accepted', destroyedAt: start + 2 * day })
  await confirmOld(pool, destroyed.seq, 'destroyed')
  return {
    confirmed,
    word,
    published,
    refused,
    destroyed,
    standing: await again(randomUUID(), ['rejected', 'rejected'], 'accepted'),
    waiting: await again(randomUUID(), ['rejected'], 'queued'),
    rejected: await again(randomUUID(), ['rejected', 'rejected'], 'rejected'),
  }
}

/** The versions that a route reads: what the hub rejected is left out, unless there is no other. */
const versionsOf = (rows: readonly OutboxRow[], id: string): OutboxRow[] => {
  const all = rows.filter((row) => row.id === id)
  const others = all.filter((row) => row.state !== 'rejected')
  return others.length > 0 ? others : all
}

const firstAndNewest = (versions: readonly OutboxRow[]): OutboxRow[] => {
  if (versions[0]?.state === 'rejected') return versions.slice(-1)
  return [...new Set([versions[0]!, versions.at(-1)!])]
}

const asEarlier = async (t: Test, pool: Pool, rows: readonly OutboxRow[]): Promise<void> => {
  const ids = [...new Set(rows.map((row) => row.id))]
  t.same(
    await findVersions(pool, ids),
    ids.map((id) => firstAndNewest(versionsOf(rows, id))),
    'the first and the newest version of each notice',
  )
  for (const agency of ['TH-CCIB', 'TH-OTHER'])
    for (const state of [undefined, ...states])
      t.same(
        await listSubmissions(pool, { agency, after: 2, limit: 12, ...(state && { state }) }),
        rows
          .filter((row) => row.agency === agency && row.seq > 2)
          .filter((row) => state === undefined || row.state === state)
          .slice(0, 12),
        `a page of ${agency}, ${state ?? 'all'}`,
      )
}

export const writtenOnce = async (t: Test): Promise<void> => {
  const pool = createPool({ url: await freshDatabase(t), max: 2, applicationName: 'test', log })
  t.teardown(() => pool.end())
  await migrateToOutbox(t, pool)
  const { confirmed, refused, destroyed, standing, waiting, rejected, ...more } =
    await everyState(pool)
  const rows = await oldRows(pool)
  const due = {
    review: await oldDue(pool, 'review', start),
    expiry: await oldDue(pool, 'expiry', start),
  }
  const open = await oldOpen(pool)
  t.same([rows.length > 25, due.review.length, due.expiry.length, open.length], [true, 4, 2, 8])
  await migrate(pool, gatewayMigrations, { component: 'gateway' })

  await t.test('a migrated gateway reads what it read before', async (t) => {
    await asEarlier(t, pool, rows)
    for (const what of ['review', 'expiry'] as const) {
      const asked = { due: what, now: start, ahead: 30 * day }
      t.same(
        await listSubmissions(pool, { agency: 'TH-CCIB', after: 0, limit: 99, due: asked }),
        due[what].filter((row) => row.agency === 'TH-CCIB'),
        `due for ${what}`,
      )
    }
    const all = await findOpen(pool, 0, 500)
    const agencyOf = new Map(rows.map((row) => [row.seq, row.agency]))
    const waits = open.map((row) => ({ ...row, agency: agencyOf.get(row.seq) }))
    t.same(all.slice(0, 8), waits, 'the relay')
    const id = confirmationId(confirmed.digest)
    t.match(all.slice(8), [{ id, digest: more.word, envelope: 'a word', postedAt: start }])
    t.same(await findOpen(pool, open[1]!.seq, 2), waits.slice(2, 4), 'from a seq on')
    t.same(await countOpen(pool), { waiting: 5, held: 4, oldest: start })
    const word = { reason: 'meant', submitter: 's', confirmedAt: start }
    for (const { digest } of [confirmed, more.published])
      t.match(await findConfirmation(pool, digest), { ...word, state: 'open', receipt: null })
    t.match(await findConfirmation(pool, refused.digest), {
      ...word,
      state: 'rejected',
      receipt: { code: 'never-list/not-held' },
    })
    t.match(await findConfirmation(pool, destroyed.digest), { state: 'open', reason: '' })
    t.match(await findSaid(pool, 'TH-CCIB', confirmationId(more.published.digest)), {
      type: 'confirmation',
      state: 'accepted',
      receipt: { digest: more.published.digest },
    })
    const [gone] = (await findVersions(pool, [destroyed.id]))[0]!
    t.equal(gone!.destroyedAt, start + 2 * day)
  })

  const insert = async (id: string) => {
    const both = [submission(phone({ id })), submission(phone({ id }))]
    return (await insertSubmissions(pool, both)).map((seq) => seq !== undefined)
  }

  await t.test('a version is stored once, and again only after its rejection', async (t) => {
    t.same(await insert(standing.id), [false, false])
    t.same(await insert(waiting.id), [false, false])
    t.same(await insert(rejected.id), [true, false])
    t.same(await insert(rejected.id), [false, false])
  })

  await t.test('the hub answers a row once, whatever it says later', async (t) => {
    const { id, digest } = waiting
    const say = async (status: 'held' | 'accepted' | 'rejected', index: number) =>
      storeReceipts(
        pool,
        Buffer.from(`${status} ${index}`),
        [{ digest, status, index }],
        rightClock.now(),
      )
    const now = async () => (await findVersions(pool, [id]))[0]!.at(-1)!
    t.same(await say('held', 1), [])
    t.match(await now(), { state: 'held', receipt: { index: 1 } })
    t.same(await say('accepted', 2), [digest])
    const answered = await now()
    t.match(answered, { state: 'accepted', receipt: { index: 2 } })
    for (const status of ['accepted', 'held', 'rejected'] as const)
      t.same(await say(status, 3), [], status)
    t.same(await say('accepted', 2), [], 'the same reply again')
    t.same(await now(), answered)
    t.notOk((await findOpen(pool, 0, 500)).some((row) => row.digest === digest))
  })

  await t.test('a hub of before answers a word by the envelope that it confirms', async (t) => {
    const { digest } = confirmed
    const say = (status: 'held' | 'accepted') =>
      storeReceipts(
        pool,
        Buffer.from(`word ${status}`),
        [{ digest, status, index: 5 }],
        rightClock.now(),
      )
    t.same(await say('held'), [])
    t.same(new Set(await say('accepted')), new Set([digest, more.word]))
    const state = { state: 'accepted', receipt: { digest, index: 5 } }
    t.match(await findSaid(pool, 'TH-CCIB', confirmationId(digest)), state)
    t.match(await findConfirmation(pool, digest), { state: 'open' })
    t.notOk((await findOpen(pool, 0, 500)).some((row) => row.envelope === 'a word'))
  })

  await t.test('what was migrated is destroyed in time, and nothing of an open one', async (t) => {
    const count = async (sql: string) => (await pool.query(sql)).rowCount
    const waiting = await count(
      `select from answer a join submission s using (seq)
       where s.id in (select id from submission join open using (seq))
       or s.id = '${confirmationId(refused.digest)}'`,
    )
    t.ok(waiting, 'earlier versions of open ones, and the refused word on one')
    const watched = watchGatewayRetention({
      pool,
      now: () => start + 2000 * day,
      kept: { normal: 1826 * day, victim: 365 * day },
      everyMs: 20,
      log,
    })
    t.teardown(() => watched.close())
    const kept = 'select reply from answer where destroyed_at is null'
    await until('the rest is gone', async () => (await count(kept)) === waiting)
    await watched.close()
    const left = await count('select from open')
    t.equal(await count("select from submission where envelope <> ''"), waiting! + left!)
    const needed = `${kept} union select reply from open where reply is not null`
    t.equal(await count(`select from reply where seq not in (${needed})`), 0)
  })
}
