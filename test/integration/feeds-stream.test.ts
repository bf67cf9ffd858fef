import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { setAgencyStanding } from '#core/registry/change.ts'
import {
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
  type FeedsProcess,
} from '#test/support/feeds.ts'
import { openStream, type SseStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'

const world = await createFeedsWorld(t)
const feeds = await world.start({ STREAMS_PER_CLIENT: '300' })
const kh = await token(feeds, 'kh-acd')
const vn = await token(feeds, 'vn-c06')
const { readAll } = feedReader(() => kh)
const stream = (
  headers: Record<string, string> = {},
  of: FeedsProcess = feeds,
  topic = 'all',
): Promise<SseStream> => openStream(`${of.url}/v1/feeds/${topic}`, kh, headers)
const log = async (count: number, more: Record<string, unknown> = {}): Promise<Content[]> => {
  const made = Array.from({ length: count }, () => forKh(more))
  await world.append(made.map((content) => ({ content })))
  return made
}
const idsOf = (of: SseStream): string[] => of.entries().map((e) => e.notice.id)

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
  'an idle stream is given a comment and an id, so that its cursor advances past what is not ' +
    'for it',
  async (t) => {
    const own = await world.start({ IDLE_MS: '150' })
    const { next } = await readAll(own, 'KH-ACD')
    const idle = await stream({ 'last-event-id': next }, own)
    await world.append([{ content: forKh({ handling: { tlp: 'RED' } }) }])
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
    (await own.metrics.registry.getSingleMetric('switchboard_streams_ended_total')!.get()).values[0]
      ?.value
  await until('it is dropped', count)
  slow.resume()
  await slow.ended
  t.match(slow.events.at(-1), { event: 'error', data: /service\/reader-too-slow/ })
  await own.close()
})

await t.test("a suspended agency's stream ends within 5 s, by name", async (t) => {
  const live = await openStream(`${feeds.url}/v1/feeds/all`, vn)
  await world.change(setAgencyStanding('VN-C06', 'suspended'))
  const started = performance.now()
  await live.ended
  t.ok(performance.now() - started < 5000)
  t.match(live.events.at(-1), { event: 'error', data: /auth\/suspended/ })
  await world.change(setAgencyStanding('VN-C06', 'active'))
})

await t.test('a stream does not outlive its token', async (t) => {
  const own = await world.start({ ACCESS_TOKEN_TTL_S: '10', IDLE_MS: '500' })
  const live = await openStream(`${own.url}/v1/feeds/all`, await token(own, 'kh-acd'))
  await Promise.race([live.ended, delay(13_000, undefined, { ref: false })])
  t.match(live.events.at(-1), { event: 'error', data: /auth\/bad-token/ })
  await own.close()
})

await t.test(
  'a hundred readers of one agency are each given everything, decided and recorded once',
  async (t) => {
    const { next } = await readAll(feeds, 'KH-ACD')
    const readers = await Promise.all(
      Array.from({ length: 100 }, () => stream({ 'last-event-id': next })),
    )
    const made: Content[] = []
    for (let i = 0; i < 10; i++) made.push(...(await log(5)))
    await Promise.all(readers.map((r) => r.has(made.length)))
    for (const reader of readers)
      t.strictSame(
        idsOf(reader),
        made.map((c) => c.id),
      )
    for (const reader of readers) reader.close()
  },
)

await t.test('streams end when the service drains', async (t) => {
  const own = await world.start()
  const live = await stream({}, own)
  await live.has(1)
  const started = performance.now()
  await own.close()
  await live.ended
  t.ok(performance.now() - started < 5000)
  t.notOk(live.events.some((e) => e.event === 'error'))
})

t.end()
