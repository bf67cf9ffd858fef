import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { forKh, type Content } from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'
import { busy as world, processOf } from './world.ts'

const ids = (entries: readonly { notice: { id: string } }[]): string[] =>
  entries.map((e) => e.notice.id)

export const lossless = async (t: Test): Promise<void> => {
  await t.test(
    'a reader at a minute gets the next visible entry, by a page, a long poll and a stream',
    async (t) => {
      await world.append([{ content: forKh({ handling: { tlp: 'RED' } }) }])
      await world.settled(world.feeds)
      await world.passMinutes(2)
      for (const feeds of world.feeds) {
        const { next } = await world.readAll(feeds, 'KH-ACD')
        t.match(world.namedBy('KH-ACD', next), { minute: Number })
        const poll = world.read(feeds, 'KH-ACD', { after: next, wait: '30' })
        const live = await openStream(`${feeds.url}/v1/feeds/all`, world.tokens['KH-ACD']!, {
          'last-event-id': next,
        })
        await delay(50)
        await world.append([{ content: forKh({ handling: { tlp: 'RED' } }) }])
        const visible = forKh()
        await world.append([{ content: visible }])
        t.strictSame(ids((await poll).entries), [visible.id])
        await live.has(1)
        t.strictSame(ids(live.entries() as { notice: { id: string } }[]), [visible.id])
        live.close()
        await world.settled(world.feeds)
        for (const other of world.feeds)
          t.strictSame(ids((await world.read(other, 'KH-ACD', { after: next })).entries), [
            visible.id,
          ])
        await world.passMinutes()
      }
    },
  )

  await t.test(
    'whatever is logged while a minute ends, a reader that changes process is told all of it once',
    { timeout: 60_000 },
    async (t) => {
      const logged: string[] = []
      let isOver = false
      const write = async (): Promise<void> => {
        while (!isOver) {
          const some: Content[] = Array.from({ length: randomInt(1, 4) }, () =>
            forKh(randomInt(2) === 0 ? {} : { handling: { tlp: 'RED' } }),
          )
          await world.append(some.map((content) => ({ content })))
          logged.push(
            ...some
              .filter(({ handling }) => (handling as { tlp: string }).tlp !== 'RED')
              .map(({ id }) => id),
          )
        }
      }
      const told: string[] = []
      const cursors = new Set<string>()
      let { next: after } = await world.readAll(processOf(world, 0), 'KH-ACD')
      const turn = async (): Promise<boolean> => {
        const limit = String(randomInt(1, 40))
        const page = await world.read(processOf(world, randomInt(2)), 'KH-ACD', { after, limit })
        after = page.next
        cursors.add(after)
        told.push(...ids(page.entries))
        return page.end && page.entries.length === 0
      }
      const read = async (): Promise<void> => {
        while (!isOver) await turn()
      }
      const turnMinutes = async (): Promise<void> => {
        for (let i = 0; i < 12; i++) {
          const enough = logged.length + 8
          await until('some are logged', () => logged.length >= enough)
          await world.turnMinute()
        }
        isOver = true
      }
      await Promise.all([write(), write(), read(), turnMinutes()])
      await world.settled(world.feeds)
      await until('all was told', async () => (await turn()) && told.length >= logged.length)
      t.ok(logged.length > 50, `${logged.length} visible entries`)
      t.ok([...cursors].some((c) => world.namedBy('KH-ACD', c)?.minute !== undefined))
      t.equal(new Set(told).size, told.length, 'nothing twice')
      t.strictSame(told.toSorted(), logged.toSorted())
    },
  )
}
