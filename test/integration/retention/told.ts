import { Writable } from 'node:stream'
import type { Test } from 'tap'
import { createLog } from '#runtime/process/log.ts'
import { destroyDue } from '#store/log/retention.ts'
import { traceNotice } from '#store/operators/trace.ts'
import { rightClock } from '#test/support/clock.ts'
import { tablesWith, writingsOf } from '#test/support/canary.ts'
import { call, type FeedEntry } from '#test/support/clients.ts'
import { feedReader, token, type Content, type FeedsProcess } from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'
import { watchRetention } from '../../../services/hub/upkeep/retention.ts'
import {
  world,
  pool,
  inMemory,
  inDatabase,
  retention,
  clockAt,
  canary,
  number,
  plain,
  victim,
  cleared,
} from './world.ts'

export const told = async (t: Test): Promise<void> => {
  /** Each feeds process has its own reader, since a withdrawal is told once. */
  const both: readonly [where: string, feeds: FeedsProcess, holder: string][] = [
    ['from memory', inMemory, 'KH-ACD'],
    ['from the database', inDatabase, 'KH-RESCUE'],
  ]

  const tokens = Object.fromEntries(
    await Promise.all(
      ['th-ccib', 'kh-acd', 'kh-rescue', 'jp-npa'].map(
        async (c) => [c, await token(inMemory, c)] as const,
      ),
    ),
  )

  const tokenOf = (agency: string): string => tokens[agency.toLowerCase()]!

  const { readAll } = feedReader(tokenOf)

  const lines: string[] = []

  const log = createLog({
    service: 'test',
    level: 'debug',
    destination: new Writable({
      write: (line: Buffer, _encoding, done) => {
        lines.push(line.toString())
        done()
      },
    }),
  })

  const of = (entries: readonly FeedEntry[], { id }: Content): FeedEntry[] =>
    entries.filter((e) => e.notice.id === id)

  const stays = async (): Promise<unknown[]> =>
    (
      await pool.query(
        `select index, time, event, issuer, id, version, status, kind, encode(digest,
        'hex') as digest, encode(leaf, 'hex') as leaf, tokens from entry where index <= $1
        order by index`,
        [lastIndex],
      )
    ).rows

  const lastIndex = 7

  /** What each holder has read before the destruction. */
  const held = new Map<string, Awaited<ReturnType<typeof readAll>>>()

  await t.test('the holders have the notices', async (t) => {
    await clockAt(0)
    for (const [where, feeds, holder] of both) held.set(where, await readAll(feeds, holder))
    for (const [where] of both)
      t.match(
        of(held.get(where)!.entries, plain).map((e) => e.event),
        ['notice.published', 'notice.updated'],
        where,
      )
    await until(
      'the ledger has them',
      async () => (await pool.query('select from delivery')).rowCount! >= 2,
    )
  })

  await t.test(
    'content is destroyed when its time is over, and its place in the log stays',
    async (t) => {
      const before = await stays()
      await clockAt(366)
      const watch = watchRetention({
        ...retention,
        pool,
        clock: rightClock,
        everyMs: 20,
        onDestroyed: () => undefined,
        log,
      })
      t.teardown(() => watch.close())
      await until(
        'the victim is gone',
        async () => (await traceNotice(pool, victim.id))[0]!.destroyedAt !== null,
      )
      t.equal((await traceNotice(pool, plain.id))[0]!.destroyedAt, null, 'the others are not')
      t.equal(
        (await traceNotice(pool, cleared.id))[0]!.destroyedAt,
        null,
        'the newest version says who is a victim',
      )
      await clockAt(1827)
      await until(
        'all are gone',
        async () => (await tablesWith(pool, [canary, number])).length === 0,
      )
      t.same(
        await destroyDue(pool, retention, 100, rightClock.trust),
        { notices: 0, more: false },
        'then nothing is due any more',
      )
      await watch.close()
      t.same(await tablesWith(pool, [canary, number]), [])
      t.same(await stays(), before, 'index, time, leaf and digest are as they were')
      t.same(
        (
          await pool.query(
            `select (max(index) - count(*) + 1)::int as gaps, count(*) filter (where destroyed_at is
          null)::int as kept from entry`,
          )
        ).rows,
        [{ gaps: 0, kept: 0 }],
      )
      await world.settled([inMemory, inDatabase])
    },
  )

  await t.test(
    'who held a notice that is destroyed is told so; to everybody else it was never there',
    async (t) => {
      for (const [where, feeds, holder] of both) {
        const answer = async (path: string, agency: string) =>
          call(`${feeds.url}${path}`, tokenOf(agency))
        const told = (await readAll(feeds, holder, { after: held.get(where)!.next })).entries
        for (const notice of [plain, victim])
          t.match(
            of(told, notice).map((e) => [e.event, e.envelope]),
            [['notice.withdrawn', null]],
            `${where}: who held it is told`,
          )
        for (const agency of ['JP-NPA', 'TH-CCIB'])
          t.same(
            (await readAll(feeds, agency)).entries,
            [],
            `${where}: ${agency} is handed nothing`,
          )
        const again = JSON.stringify(await readAll(feeds, holder))
        t.notOk(
          writingsOf(canary).some((writing) => again.includes(writing)),
          `${where}: nor is it in what is read again`,
        )
        for (const agency of [holder, 'TH-CCIB'])
          t.equal(
            (await answer(`/v1/notices/${plain.id}`, agency)).status,
            404,
            `${where}: ${agency} by id`,
          )
        t.equal((await call(`${feeds.url}/readyz`, undefined)).status, 200)
      }
      t.ok(lines.some((line) => line.includes('content destroyed')))
      t.notOk(
        lines.some((line) => writingsOf(canary).some((writing) => line.includes(writing))),
        'no log names it',
      )
    },
  )
}
