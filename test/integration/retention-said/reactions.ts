import type { Test } from 'tap'
import { destroyDue } from '#store/log/retention.ts'
import { tellEntries } from '#store/log/told.ts'
import { rightClock } from '#test/support/clock.ts'
import { tablesWith } from '#test/support/canary.ts'
import { forKh } from '#test/support/feeds.ts'
import { canary, changeOver, clockAt, entriesOf, pool, reactTo, refused } from './world.ts'
import { retention, world } from './world.ts'

const whole = `statement = '', disclosures = '', canonical = '{}', warnings = '[]',
  salt = '', victim = false, destroyed_at = 1`

export const reactions = async (t: Test): Promise<void> => {
  const notice = forKh()
  await clockAt(0)
  await world.append([{ content: notice }])
  const first = await reactTo(notice.id)
  const second = await reactTo(notice.id)
  const open = await changeOver('VN')

  await t.test('a reaction is destroyed by nobody before its notice is due', async (t) => {
    for (const days of [0, 364]) {
      await clockAt(days)
      for (const { id } of [first, open])
        t.match(await refused(`update entry set ${whole} where id = '${id}'`), /append-only/)
    }
    await clockAt(366)
    t.match(
      await refused(`update entry set statement = '' where id = '${first.id}'`),
      /append-only/,
    )
    for (const about of [`about_id = '${first.id}'`, `about_issuer = 'VN'`])
      t.match(
        await refused(`update entry set ${whole}, ${about} where id = '${first.id}'`),
        /append-only/,
        about,
      )
    t.match(await refused(`delete from entry where id = '${first.id}'`), /append-only/)
    for (const sql of [
      `update entry set ${whole} where id = '${first.id}'`,
      `delete from entry where id = '${first.id}'`,
      'update still_open set participant = participant',
      'delete from still_open',
      'update told set position = 1, one = true; delete from told',
    ])
      t.match(
        await refused(`set local role switchboard_service; ${sql}`),
        /permission denied|append-only/,
        sql,
      )
    t.match(await refused('delete from still_open'), /append-only/)
  })

  await t.test('it is destroyed with its notice, in one transaction', async (t) => {
    await clockAt(1827)
    for (let more = true; more;)
      ({ more } = await destroyDue(pool, retention, 100, rightClock.trust))
    const { rows } = await pool.query(
      `select count(distinct destroyed_at)::int as times, count(xmin)::int as entries,
       count(distinct xmin::text)::int as transactions from entry where id = any ($1)`,
      [[notice.id, first.id, second.id]],
    )
    t.match(rows, [{ times: 1, transactions: 1 }])
    for (const { id } of [first, second])
      t.match(await entriesOf(id), [{ statement: '', disclosures: '', destroyed: true }])
    t.same(await tablesWith(pool, [canary]), [])
  })

  await t.test('a change-over holds digests only, and stays for ever', async (t) => {
    t.match(await entriesOf(open.id), [{ destroyed: false, statement: /^ey/ }])
    t.same(await destroyDue(pool, retention, 100, rightClock.trust), { notices: 0, more: false })
    await clockAt(40_000)
    t.same(await destroyDue(pool, retention, 100, rightClock.trust), { notices: 0, more: false })
    t.match(await refused(`update entry set ${whole} where id = '${open.id}'`), /append-only/)
  })

  await t.test('a reaction to a notice that was destroyed meanwhile is refused', async (t) => {
    t.match(await reactTo(notice.id), { state: 'rejected', code: 'notice/not-found' })
    t.same(await tablesWith(pool, [canary]), ['quarantine'], 'it has the time of what is refused')
  })

  await t.test('what is destroyed is not told any more', async (t) => {
    const told: number[] = []
    const tell = async (rows: readonly { readonly index: number; readonly to: string }[]) => {
      told.push(...rows.map(({ index }) => index))
      return new Set(rows.map(({ to }) => to))
    }
    while (await tellEntries(pool, tell)) continue
    t.same(told, [])
  })
}
