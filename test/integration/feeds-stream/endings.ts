import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { setAgencyStanding } from '#core/registry/change.ts'
import { token, type Content } from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { world, feeds, vn, readAll, stream, log, idsOf } from './world.ts'

export const endings = async (t: Test): Promise<void> => {
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
}
