import { createSecretKey, randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { createLog } from '#runtime/process/log.ts'
import { fillMatches, requireMatchKey } from '#store/log/match.ts'
import { matchKey } from '#test/support/match-key.ts'
import { until } from '#test/support/until.ts'
import { startFilling } from '../../../services/hub/upkeep/match-fill.ts'
import { asBeforeMatch, rowsOf, world } from './world.ts'

export const filled = async (t: Test): Promise<void> => {
  const { pool } = world

  await t.test('a log of before the table gets the rows that it would have now', async (t) => {
    await pool.query(
      `alter table match disable trigger user;
       delete from match where index >= 1000000;
       alter table match enable trigger user`,
    )
    const wanted = await rowsOf(pool)
    t.ok(wanted.length > 8, `${wanted.length} rows`)
    await asBeforeMatch(pool)
    const ends: boolean[] = []
    for (let i = 0; i < 3; i++) ends.push(await fillMatches(pool, matchKey, 2))
    t.strictSame(ends, [false, false, true], 'in batches of two')
    t.strictSame(await rowsOf(pool), wanted)
    t.equal(await fillMatches(pool, matchKey, 2), true, 'and nothing twice')

    await asBeforeMatch(pool)
    await Promise.all([1, 2, 3, 4].map(() => fillMatches(pool, matchKey, 2)))
    t.strictSame(await rowsOf(pool), wanted, 'by several processes at once')
  })

  await t.test('a process that ends in the middle leaves the rest to the next', async (t) => {
    const wanted = await rowsOf(pool)
    await asBeforeMatch(pool)
    await fillMatches(pool, matchKey, 2)
    const broken = await pool.connect()
    await broken.query(
      `begin; select from match_fill for update; insert into match values ('\\x00', 'x', 2);
       update match_fill set next_index = 4`,
    )
    broken.release(true)
    const filling = startFilling({
      pool,
      matchKey,
      log: createLog({ service: 'test', level: 'fatal' }),
    })
    await until('all are there', async () => (await rowsOf(pool)).length === wanted.length)
    await filling.close()
    t.strictSame(await rowsOf(pool), wanted)
  })

  await t.test('a database knows its key: another one does not start', async (t) => {
    await requireMatchKey(pool, matchKey)
    await requireMatchKey(pool, matchKey)
    await t.rejects(requireMatchKey(pool, createSecretKey(randomBytes(32))), {
      message: /MATCH_KEY_FILE holds another key/,
    })
    await requireMatchKey(pool, matchKey)
  })
}
