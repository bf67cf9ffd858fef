import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import type { FeedsProcess } from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'
import {
  both,
  inMemory,
  short,
  tokens,
  read,
  readAll,
  ids,
  victim,
  ordinary,
  log,
  byId,
  marks,
} from './world.ts'

export const headStart = async (t: Test): Promise<void> => {
  /** The notice is in no feed and by no id of a reader that waits. */
  const isHidden = async (t: Test, feeds: FeedsProcess, id: string): Promise<void> => {
    for (const agency of ['KH-ACD', 'VN-C06', 'EXCHANGE-1']) {
      for (const topic of ['all', 'phone-number'])
        t.notOk(
          ids((await readAll(feeds, agency, {}, topic)).entries).includes(id),
          `${agency}, ${topic}`,
        )
      const [there, gone] = [await byId(feeds, agency, id), await byId(feeds, agency, randomUUID())]
      t.strictSame(
        [there.status, { ...there.body, instance: '' }],
        [404, { ...gone.body, instance: '' }],
        `${agency} by id: as if it were not there`,
      )
    }
  }

  /**
   * The notice is there from the cursor after the entries that the reader read while it waited, and
   * from each earlier cursor.
   */
  const isThereFrom = async (
    t: Test,
    feeds: FeedsProcess,
    waiting: Awaited<ReturnType<typeof readAll>>,
    id: string,
  ): Promise<void> => {
    for (const limit of ['1', '2', '500'])
      t.strictSame(
        ids((await readAll(feeds, 'KH-ACD', { after: waiting.next, limit })).entries),
        [id],
        `from where it stood, by ${limit}`,
      )
    for (const e of waiting.entries)
      t.ok(
        ids((await readAll(feeds, 'KH-ACD', { after: e.cursor })).entries).includes(id),
        'from any entry before',
      )
  }

  await t.test(
    'until the victim desks among the released were told, others are not: in no feed, by no id, ' +
      'and what else there is goes on',
    async (t) => {
      for (const feeds of both) {
        const after = await marks(feeds, Object.keys(tokens))
        const [before, held, behind] = [ordinary(), victim(), ordinary()]
        await log(before, held, behind)
        await isHidden(t, feeds, held.id)
        const waiting = await readAll(feeds, 'KH-ACD', { after: after['KH-ACD']! })
        t.strictSame(
          ids(waiting.entries),
          [before.id, behind.id],
          'what is not on a victim does not wait',
        )
        t.equal((await read(feeds, 'KH-ACD', { after: waiting.next })).end, true)
        t.strictSame(
          ids((await readAll(feeds, 'TH-CCIB', { after: after['TH-CCIB']! })).entries),
          [before.id, held.id, behind.id],
          'the originator has its own',
        )
        t.strictSame(
          ids((await readAll(feeds, 'JP-NPA', { after: after['JP-NPA']! })).entries),
          [before.id, behind.id],
          'a country outside the release never has it',
        )

        const poll = read(feeds, 'KH-ACD', { after: waiting.next, wait: '30' })
        const stream = await openStream(
          `${feeds.url}/v1/feeds/all?after=${waiting.next}`,
          tokens['KH-ACD']!,
        )
        t.ok(
          ids((await readAll(feeds, 'KH-DESK')).entries).includes(held.id),
          'a desk has it at once',
        )
        t.equal((await byId(feeds, 'VN-DESK', held.id)).status, 200, 'the other one, by its id')
        t.strictSame(ids((await poll).entries), [held.id], 'then who waited has it')
        await until('and a stream', () =>
          stream.events.some((e) => JSON.stringify(e).includes(held.id)),
        )
        stream.close()
        await isThereFrom(t, feeds, waiting, held.id)
        t.strictSame(
          ids((await readAll(feeds, 'VN-C06', { after: after['VN-C06']! })).entries),
          [before.id, held.id, behind.id],
          'who reads only now has all of it in its order',
        )
        const copy = (
          await readAll(feeds, 'EXCHANGE-1', { after: after['EXCHANGE-1']! })
        ).entries.find((e) => e.notice.id === held.id)!
        t.notOk('advice' in copy.notice, 'a partner gets no advice on a victim but to block')
        t.equal((await byId(feeds, 'KH-ACD', held.id)).status, 200)
      }
    },
  )

  await t.test(
    'when the head start is over, it is told whether or not the desks were',
    async (t) => {
      const { 'KH-ACD': after } = await marks(short, ['KH-ACD'])
      const held = victim()
      const logged = Date.now()
      await log(held)
      t.strictSame((await read(short, 'KH-ACD', { after: after! })).entries, [])
      const page = await read(short, 'KH-ACD', { after: after!, wait: '20' })
      t.strictSame(ids(page.entries), [held.id])
      const took = Date.now() - logged
      t.ok(took > 1000 && took < 5000, `after ${took} ms`)
      t.notOk(
        ids((await readAll(inMemory, 'KH-ACD', { after: after! })).entries).includes(held.id),
        'elsewhere the head start is longer',
      )
    },
  )

  await t.test(
    'without a victim desk among the released nobody waits, and a revocation does not either',
    async (t) => {
      const start = await marks(inMemory, ['KH-ACD', 'KH-DESK', 'JP-NPA'])
      const { 'KH-ACD': after, 'KH-DESK': desk, 'JP-NPA': jp } = start
      const unaided = victim({ handling: { tlp: 'AMBER', release: { participants: ['JP'] } } })
      const held = victim()
      await log(unaided, held)
      t.strictSame(ids((await readAll(inMemory, 'JP-NPA', { after: jp! })).entries), [unaided.id])
      t.strictSame((await readAll(inMemory, 'KH-ACD', { after: after! })).entries, [])
      t.match(ids((await readAll(inMemory, 'KH-DESK', { after: desk! })).entries), [held.id])
      await log({ content: { ...held, reason: 'wrong' }, version: 2, status: 'revoked' })
      t.match(
        (await readAll(inMemory, 'KH-DESK', { after: desk! })).entries.map((e) => [
          e.event,
          e.notice.id,
        ]),
        [['notice.revoked', held.id]],
        'the desk that had it is told at once',
      )
      for (const feeds of both)
        t.strictSame(
          (await readAll(feeds, 'KH-ACD', { after: after! })).entries,
          [],
          'who waited for it is told nothing',
        )
    },
  )
}
