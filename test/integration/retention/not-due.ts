import type { Test } from 'tap'
import { destroyDue } from '#store/log/retention.ts'
import { rightClock } from '#test/support/clock.ts'
import { tablesWith } from '#test/support/canary.ts'
import { refusedBy as refusedByOwner } from '#test/support/retention-clock.ts'
import { pool, retention, clockAt, canary, number, plain } from './world.ts'

export const notDue = async (t: Test): Promise<void> => {
  const refusedBy = (sql: string): Promise<string> => refusedByOwner(pool, sql)

  const empty =
    `statement = '', disclosures = '', canonical = '{}', warnings = ` +
    `'[]', salt = '', victim = false`

  await t.test('what is not due is kept, whoever asks for it and however', async (t) => {
    t.same(
      await tablesWith(pool, [canary, number]),
      [
        'confirmation',
        'consent_answer',
        'consent_request',
        'entry',
        'quarantine',
        'submission',
        'submission_decision',
      ],
      'the notices lie there',
    )
    t.same(await destroyDue(pool, retention, 100, rightClock.trust), { notices: 0, more: false })
    await clockAt(364)
    t.same(
      await destroyDue(pool, retention, 100, rightClock.trust),
      { notices: 0, more: false },
      'a day before the first is due',
    )
    await clockAt(29)
    t.match(await refusedBy(`select destroy_due(0, 0, 100)`), /below the floor/)
    t.match(await refusedBy(`select destroy_due(365, 29, 100)`), /below the floor/)
    t.equal(await refusedBy(`select destroy_due(365, 30, 100)`), 'done')
    t.match(
      await refusedBy(`update entry set ${empty}, destroyed_at = 1`),
      /append-only/,
      'destroying by hand what is younger than the floor',
    )
  })

  await t.test('the content of an entry is destroyed whole, and nothing else of it', async (t) => {
    await clockAt(400)
    t.match(
      await refusedBy(`update entry set statement = '' where index = 0`),
      /append-only/,
      'a part of it',
    )
    t.match(
      await refusedBy(`update entry set ${empty}, destroyed_at = 1, digest = '' where index = 0`),
      /append-only/,
      'more than its content',
    )
    t.match(
      await refusedBy(`update entry set ${empty} where index = 0`),
      /append-only/,
      'without saying so',
    )
    t.match(
      await refusedBy(`update entry set canonical = '{"key":"+66800000000"}' where index = 0`),
      /append-only/,
      'another content',
    )
    await t.rejects(
      pool.query(`update entry set ${empty}, destroyed_at = 1`),
      /append-only/,
      'who does not mean to is refused before any row',
    )
  })

  await t.test('what is logged is neither changed nor deleted', async (t) => {
    t.match(await refusedBy('delete from entry'), /append-only/)
    t.match(await refusedBy('truncate entry'), /append-only|referenced/)
    t.match(await refusedBy(`update confirmation set statement = ''`), /append-only/)
    t.match(await refusedBy(`update consent_request set reason = ''`), /append-only/)
    t.match(await refusedBy(`update consent_answer set answer = 'refused'`), /append-only/)
    t.match(await refusedBy(`update submission set body = 'x'`), /append-only/)
    t.match(
      await refusedBy(`update submission_decision set decision = 'issued', reason = ''`),
      /append-only/,
    )
    t.match(
      await refusedBy(`update destruction set at = 1; delete from destruction`),
      /append-only/,
    )
  })

  await t.test('a role that serves readers destroys nothing', async (t) => {
    for (const sql of [
      `update entry set ${empty}, destroyed_at = 1`,
      `update confirmation set statement = ''`,
      `insert into destruction (issuer, notice_id, at, after_days, entries)
      values ('TH', '${plain.id}', 1, 1, 1)`,
    ]) {
      t.match(await refusedBy(`set local role switchboard_service; ${sql}`), /permission denied/)
    }
    t.match(
      await refusedBy(`set local role switchboard_reader; select destroy_due(365, 30, 100)`),
      /permission denied/,
    )
  })
}
