import type { Test } from 'tap'
import { createMetrics } from '#runtime/process/metrics.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { watchDue } from '../../../services/gateway/upkeep/due.ts'
import { listSubmissions } from '../../../services/gateway/outbox.ts'
import { lines, log, pool, day, start, submission, store } from './world.ts'

export const due = async (t: Test): Promise<void> => {
  const inDays = (days: number): string => new Date(start / 1000 + days * 86_400_000).toISOString()

  const withDates = (handling: object) => phone({ handling: { tlp: 'AMBER', ...handling } })

  const listed = async (what: 'review' | 'expiry', days: number, after = 0, limit = 10) =>
    await listSubmissions(pool, {
      agency: 'TH-CCIB',
      after,
      limit,
      due: { due: what, now: start + days * day, ahead: 30 * day },
    })

  const ids = async (what: 'review' | 'expiry', days: number): Promise<string[]> =>
    (await listed(what, days)).map((row) => row.id)

  await t.test(
    'what stands is listed as due so long before its review and its expiry, page by page',
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
      const [first] = await listed('review', 150, 0, 1)
      t.same(
        (await listed('review', 150, first!.seq, 1)).map((row) => row.id),
        [corrected.id],
      )
    },
  )

  await t.test('what is due is shown as a metric and in the log', async (t) => {
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
  })
}
