import type { Test } from 'tap'
import { nowMicros } from '#runtime/process/clock.ts'
import { fillMatches } from '#store/log/match.ts'
import { destroyDue } from '#store/log/retention.ts'
import { rightClock } from '#test/support/clock.ts'
import { matchKey } from '#test/support/match-key.ts'
import { asBeforeMatch, rowsOf, world } from './world.ts'

const retention = { retentionDays: 1826, victimRetentionDays: 365 }

export const destroyed = async (t: Test): Promise<void> => {
  const { pool } = world

  await t.test('a row goes with the content of its entry, and no sooner', async (t) => {
    await t.rejects(
      pool.query(
        `begin; select set_config('switchboard.destroying', 'yes', true);
         delete from match where index = 0`,
      ),
      /match is append-only/,
      'by hand, while the content is there',
    )
    t.not((await rowsOf(pool)).length, 0)
    await pool.query(
      `create or replace function retention_clock() returns bigint language sql stable as $$
        select ${nowMicros() + 2000 * 86_400_000_000}::bigint $$`,
    )
    while ((await destroyDue(pool, retention, 100, rightClock.trust)).more);
    t.strictSame(await rowsOf(pool), [])
  })

  await t.test('of destroyed content no row is written afterwards', async (t) => {
    await asBeforeMatch(pool)
    t.equal(await fillMatches(pool, matchKey, 1000), true)
    t.strictSame(await rowsOf(pool), [])
  })
}
