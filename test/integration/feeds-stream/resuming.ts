import type { Test } from 'tap'
import { nowMicros } from '#runtime/process/clock.ts'
import { minuteMicros } from '#store/log/minutes.ts'
import { forKh } from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'
import { world, feeds, kh, readAll, stream, log, idsOf } from './world.ts'

export const resuming = async (t: Test): Promise<void> => {
  await t.test(
    'a stream tells what is logged, from the beginning and then as it comes, as the pages do',
    async (t) => {
      const before = await log(5)
      const live = await stream()
      t.equal(live.status, 200)
      await live.has(5)
      const after = await log(3)
      await live.has(8)
      t.strictSame(
        idsOf(live),
        [...before, ...after].map((c) => c.id),
      )
      const paged = await readAll(feeds, 'KH-ACD')
      t.strictSame(live.entries(), paged.entries, 'cursors and content too')
      t.strictSame(live.events[0], { retry: '1000' })
      for (const event of live.events.slice(1))
        t.match(
          event,
          { id: (JSON.parse(event.data!) as { cursor: string }).cursor, event: 'notice.published' },
          'the id is the cursor',
        )
      live.close()
    },
  )

  await t.test(
    'a stream resumes after its last id, without loss and without repetition',
    async (t) => {
      const first = await stream()
      const all = (await readAll(feeds, 'KH-ACD')).entries
      await first.has(all.length)
      const cut = first.entries()[3]!.cursor
      first.close()
      await log(2)
      const second = await stream({ 'last-event-id': cut })
      await second.has(all.length - 4 + 2)
      t.strictSame(second.entries(), (await readAll(feeds, 'KH-ACD')).entries.slice(4))
      second.close()
      const third = await openStream(`${feeds.url}/v1/feeds/all?after=${all[0]!.cursor}`, kh, {
        'last-event-id': second.entries().at(-2)!.cursor,
      })
      await third.has(1)
      t.strictSame(
        third.entries(),
        second.entries().slice(-1),
        'the last id counts more than the `after` of the address',
      )
      third.close()
    },
  )

  await t.test(
    'an idle stream is given a comment and an id, so that its cursor advances past the minutes ' +
      'that have nothing for it',
    async (t) => {
      const own = await world.start({ IDLE_MS: '150' })
      const { next } = await readAll(own, 'KH-ACD')
      const idle = await stream({ 'last-event-id': next }, own)
      await world.append([{ content: forKh({ handling: { tlp: 'RED' } }) }])
      await world.clockAt(nowMicros() + 2 * minuteMicros)
      const event = await until('an idle event', () =>
        idle.events.find((e) => e.comment !== undefined && e.id !== next),
      )
      t.strictSame(Object.keys(event), ['comment', 'id'])
      idle.close()
      const visible = await log(1)
      const resumed = await stream({ 'last-event-id': event.id! }, own)
      await resumed.has(1)
      t.strictSame(
        idsOf(resumed),
        visible.map((c) => c.id),
      )
      await own.close()
      await resumed.ended
    },
  )
}
