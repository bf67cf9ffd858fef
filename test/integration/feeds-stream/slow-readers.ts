import type { Test } from 'tap'
import type { Content } from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'
import { world, kh, readAll, stream, log, idsOf } from './world.ts'

export const slowReaders = async (t: Test): Promise<void> => {
  await t.test(
    'a slow reader is dropped by name and resumes without loss; another is not delayed',
    async (t) => {
      const own = await world.start({
        SLOW_READER_MS: '500',
        STREAM_BATCH_BYTES: '65536',
        STREAMS_PER_CLIENT: '10',
      })
      const { next } = await readAll(own, 'KH-ACD')
      const slow = await stream({ 'last-event-id': next }, own)
      const quick = await stream({ 'last-event-id': next }, own)
      slow.pause()
      const made: Content[] = []
      const started = performance.now()
      for (let i = 0; i < 5; i++) made.push(...(await log(60, { narrative: 'x'.repeat(20_000) })))
      await quick.has(made.length, 30_000)
      t.strictSame(
        idsOf(quick),
        made.map((c) => c.id),
        'the quick one has all',
      )
      t.comment(`the quick one after ${Math.round(performance.now() - started)} ms`)
      const dropped = async (): Promise<number | undefined> =>
        (
          await own.metrics.registry.getSingleMetric('switchboard_streams_ended_total')!.get()
        ).values.find((v) => v.labels['code'] === 'service/reader-too-slow')?.value
      t.equal(await until('the slow one is dropped', dropped), 1)
      slow.resume()
      await slow.ended
      t.ok(slow.entries().length < made.length)
      const last = slow.events.findLast((e) => e.id !== undefined)?.id ?? next
      const resumed = await stream({ 'last-event-id': last }, own)
      await resumed.has(made.length - slow.entries().length)
      t.strictSame(
        [...idsOf(slow), ...idsOf(resumed)],
        made.map((c) => c.id),
        'nothing is lost, nothing comes twice',
      )
      await own.close()
    },
  )

  await t.test('a slow reader that still listens is told why it is dropped', async (t) => {
    const own = await world.start({ SLOW_READER_MS: '200', STREAM_BATCH_BYTES: '4000000' })
    const slow = await openStream(`${own.url}/v1/feeds/all`, kh)
    slow.pause()
    await log(300, { narrative: 'y'.repeat(15_000) })
    const count = async (): Promise<number | undefined> =>
      (await own.metrics.registry.getSingleMetric('switchboard_streams_ended_total')!.get())
        .values[0]?.value
    await until('it is dropped', count)
    slow.resume()
    await slow.ended
    t.match(slow.events.at(-1), { event: 'error', data: /service\/reader-too-slow/ })
    await own.close()
  })
}
