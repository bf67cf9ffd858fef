import { createHash, randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { Client } from 'pg'
import t from 'tap'
import { datesOf } from '#core/notice/review.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { tablesWith, writingsOf } from '#test/support/canary.ts'
import { freshDatabase } from '#test/support/database.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { watchDue } from '../../services/gateway/upkeep/due.ts'
import { storeConfirmation } from '../../services/gateway/confirming/confirmation-store.ts'
import { noticeView } from '../../services/gateway/routes/notice-view.ts'
import {
  findOpen,
  findVersions,
  insertSubmissions,
  listSubmissions,
  type Submission,
} from '../../services/gateway/outbox.ts'
import { storeReceipts } from '../../services/gateway/exchange/receipt-store.ts'
import { watchGatewayRetention } from '../../services/gateway/upkeep/retention.ts'
import { gatewayMigrations } from '../../services/gateway/parts.ts'

const url = await freshDatabase(t)
const lines: string[] = []
const log = createLog({
  service: 'test',
  level: 'info',
  destination: new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString())
      done()
    },
  }),
})
const pool = createPool({ url, max: 4, applicationName: 'test', log })
t.teardown(() => pool.end())
await migrate(pool, gatewayMigrations, { component: 'gateway' })
const db = new Client({ connectionString: url })
await db.connect()
t.teardown(() => db.end())

const day = 86_400_000_000
const start = Date.parse('2026-11-24T00:00:00Z') * 1000
const inDays = (days: number): string => new Date(start / 1000 + days * 86_400_000).toISOString()

const submission = (
  content: Record<string, unknown> & { id: string },
  more: Partial<Submission> = {},
): Submission => {
  const envelope = `envelope ${randomUUID()} ${JSON.stringify(content)}`
  return {
    id: content.id,
    version: 1,
    status: 'active',
    agency: 'TH-CCIB',
    submitter: 's',
    kind: 'phone-number',
    contentHash: Buffer.alloc(32),
    content,
    canonical: { key: '+66812345678' },
    warnings: [],
    digest: createHash('sha256').update(envelope).digest('hex'),
    envelope,
    postedAt: start,
    dates: datesOf(content['handling'] as object, start, 180 * day),
    ...more,
  }
}
const store = async (given: Submission, state = 'accepted'): Promise<Submission> => {
  await insertSubmissions(pool, [given])
  await db.query(
    `update outbox set state = $1, answered_at = $2 where digest = decode($3, 'hex')`,
    [state, start, given.digest],
  )
  return given
}
const withDates = (handling: object) => phone({ handling: { tlp: 'AMBER', ...handling } })

await t.test(
  'what stands is listed as due so long before its review and its expiry, page by page, and ' +
    'shown as a metric and in the log',
  async (t) => {
    const soon = await store(submission(withDates({ review: inDays(10), expires: inDays(100) })))
    const byDefault = await store(submission(withDates({})))
    const ending = await store(submission(withDates({ expires: inDays(20) })))
    await store(submission(withDates({ review: inDays(10) }), { agency: 'TH-OTHER' }))
    await store(submission(withDates({ review: inDays(10) })), 'held')
    const replaced = await store(submission(withDates({ review: inDays(10) })))
    await store(
      submission({ ...withDates({ review: inDays(300) }), id: replaced.id }, { version: 2 }),
    )
    const revoked = await store(submission(withDates({ review: inDays(10) })))
    await store(
      submission(
        { ...withDates({}), id: revoked.id },
        { version: 2, status: 'revoked', dates: { review: null, expires: null } },
      ),
    )
    const corrected = await store(submission(withDates({ review: inDays(10) })))
    await store(
      submission({ ...withDates({ review: inDays(300) }), id: corrected.id }, { version: 2 }),
      'rejected',
    )

    const due = async (what: 'review' | 'expiry', days: number, after = 0, limit = 10) =>
      await listSubmissions(pool, {
        agency: 'TH-CCIB',
        after,
        limit,
        due: { due: what, now: start + days * day, ahead: 30 * day },
      })
    const ids = async (what: 'review' | 'expiry', days: number): Promise<string[]> =>
      (await due(what, days)).map((row) => row.id)
    t.same(await ids('review', 0), [soon.id, corrected.id])
    t.same(await ids('review', 99), [soon.id, corrected.id], 'until it is looked at')
    t.same(await ids('review', 100), [corrected.id], 'but not past its end')
    t.same(await ids('review', 149), [corrected.id])
    t.same(await ids('review', 150), [byDefault.id, corrected.id])
    t.same(
      await ids('review', 270),
      [byDefault.id, replaced.id, corrected.id],
      'the next version counts, not the one it replaced',
    )
    t.same(await ids('expiry', 0), [ending.id])
    t.same(await ids('expiry', 20), [])
    const [first] = await due('review', 150, 0, 1)
    t.same(
      (await due('review', 150, first!.seq, 1)).map((row) => row.id),
      [corrected.id],
    )

    const metrics = createMetrics('test')
    const watched = watchDue({
      pool,
      now: () => start,
      ahead: 30 * day,
      everyMs: 3_600_000,
      metrics,
      log,
    })
    t.teardown(() => watched.close())
    const text = await metrics.text()
    t.match(text, /switchboard_notices_due\{[^}]*due="review"[^}]*\} 3/)
    t.match(text, /switchboard_notices_due\{[^}]*due="expiry"[^}]*\} 1/)
    await until(
      'the log says so',
      () => lines.filter((line) => line.includes('notices are due')).length === 3,
    )
    t.match(
      lines.filter((line) => line.includes('due')).join(''),
      /"agency":"TH-CCIB","due":"review","count":2,"soonest":"2026-12-04T00:00:00.000000Z"/,
    )
    await watched.close()
  },
)

await t.test(
  'what was sent is destroyed when its time is over, wherever it lies, and nothing that is on ' +
    'its way',
  async (t) => {
    const canary = `CANARY-${randomUUID()}`
    const secrets = { narrative: `so ${canary} it is`, subject: { number: canary } }
    const more = {
      canonical: { key: canary },
      warnings: [{ code: 'never-list/listed' as const, detail: canary }],
    }
    const kept = { normal: 1826 * day, victim: 365 * day }
    const plain = await store(submission(phone(secrets), more))
    const victim = await store(
      submission(phone({ ...secrets, operatorStatus: 'possible-victim' }), more),
    )
    const updated = await store(
      submission(phone({ ...secrets, operatorStatus: 'possible-victim' }), more),
    )
    await store(submission({ ...phone(secrets), id: updated.id }, { ...more, version: 2 }))
    const held = await store(submission(phone({ operatorStatus: 'possible-victim' })), 'held')
    await storeReceipts(pool, Buffer.from(`a reply on ${canary}`), [
      { digest: plain.digest, status: 'held', code: 'never-list/held', detail: canary },
    ])
    await db.query(
      `update outbox set state = 'accepted', receipt = $1, answered_at = $2,
        reply = (select max(seq) from reply) where digest = decode($3, 'hex')`,
      [
        JSON.stringify({ digest: plain.digest, status: 'accepted', index: 7, detail: canary }),
        start,
        plain.digest,
      ],
    )
    await db.query('update reply set received_at = $1', [start])
    const [row] = await findVersions(pool, [plain.id]).then(([versions]) => versions!)
    await storeConfirmation(pool, {
      outbox: row!.seq,
      statement: `a word on ${canary}`,
      digest: '00',
      reason: canary,
      submitter: 's',
      confirmedAt: start,
    })
    t.same(await tablesWith(pool, [canary]), ['confirmation', 'outbox', 'reply'])

    let now = start + 364 * day
    const watched = watchGatewayRetention({ pool, now: () => now, kept, everyMs: 20, log })
    t.teardown(() => watched.close())
    const destroyedAt = async (id: string) =>
      (await findVersions(pool, [id]))[0]!.at(-1)!.destroyedAt
    now = start + 366 * day
    await until('the victim is gone', async () => (await destroyedAt(victim.id)) !== null)
    t.same(
      [await destroyedAt(plain.id), await destroyedAt(updated.id)],
      [null, null],
      'the newest version says who is a victim',
    )
    now = start + 1827 * day
    await until('all are gone', async () => (await tablesWith(pool, [canary])).length === 0)
    await watched.close()
    t.same(await tablesWith(pool, [canary]), [])
    t.equal(await destroyedAt(held.id), null, 'what the hub has not answered for good is kept')
    t.ok(
      (await findOpen(pool, 0, 500)).some(
        (open) => open.digest === held.digest && open.envelope !== '',
      ),
    )
    const view = noticeView((await findVersions(pool, [plain.id]))[0]!.at(-1)!)
    t.match(view, {
      id: plain.id,
      status: 'accepted',
      notice: null,
      contentDestroyed: /^20/,
      digest: plain.digest,
      receipt: { status: 'accepted', index: 7 },
    })
    t.notOk(
      lines.some((line) => line.includes('"level":"error"')),
      'and nothing failed',
    )
    t.notOk(
      lines.some((line) => writingsOf(canary).some((writing) => line.includes(writing))),
      'no log names it',
    )
  },
)
