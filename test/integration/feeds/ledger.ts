import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { deliveriesOf, wasDelivered } from '#store/handing-over/ledger.ts'
import { call } from '#test/support/clients.ts'
import { forKh } from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'
import { world, inMemory, tokenOf, readAll, settled } from './world.ts'

export const ledger = async (t: Test): Promise<void> => {
  await t.test('HEAD has the headers of a notice and hands nothing over', async (t) => {
    const [looked, fetched] = [forKh(), forKh()]
    const answers = await world.append([{ content: looked }, { content: fetched }])
    await settled()
    const ask = (method: string, { id }: { id: string }): Promise<Response> =>
      fetch(`${inMemory.url}/v1/notices/${id}`, {
        method,
        headers: { authorization: `Bearer ${tokenOf('KH-ACD')}` },
      })
    const head = await ask('HEAD', looked)
    t.equal(head.status, 200)
    t.equal(await head.text(), '')
    await ask('GET', fetched)
    // What was handed over first is written first, or with it.
    await until(
      'the later hand-over is written',
      async () => (await deliveriesOf(world.pool, answers[1]!.index!)).length > 0,
    )
    t.same(await deliveriesOf(world.pool, answers[0]!.index!), [])
    const got = await ask('GET', looked)
    t.equal(head.headers.get('content-length'), String(Buffer.byteLength(await got.text())))
    t.equal(head.headers.get('content-type'), got.headers.get('content-type'))
    await until(
      'GET hands over',
      async () => (await deliveriesOf(world.pool, answers[0]!.index!)).length > 0,
    )
  })

  await t.test(
    'the ledger offers a range before anything of it is sent, and then says what was',
    async (t) => {
      const content = forKh()
      const [answer] = await world.append([{ content }])
      await settled()
      const [entry] = (await readAll(inMemory, 'KH-ACD')).entries.slice(-1)
      t.equal(entry!.notice.id, content.id)
      const handed = await until('the hand-over is written', async () => {
        const found = await deliveriesOf(world.pool, answer!.index!)
        return found.length > 0 && found
      })
      t.match(handed[0], {
        participant: 'KH',
        agency: 'KH-ACD',
        purpose: 'criminal-investigation',
        client: 'kh-acd',
        channel: 'page',
        topic: 'all',
        told: 'content',
      })
      t.ok(handed[0]!.offeredAt <= handed[0]!.at)
      t.ok(
        (await wasDelivered(world.pool, 'KH-ACD', answer!.index!, answer!.index!)).has(
          answer!.index!,
        ),
      )
      t.equal(
        (await wasDelivered(world.pool, 'VN-C06', answer!.index!, answer!.index!)).size,
        0,
        'and to nobody else',
      )
      const { rows } = await world.pool.query<{ n: number }>(
        `select count(*) as n from delivery d join offer o on o.id = d.offer
        where d.first_index < o.from_index - 7 or d.last_index > o.to_index or d.at < o.at`,
      )
      t.equal(rows[0]!.n, 0, 'nothing was handed over beyond an offer')
    },
  )

  await t.test(
    'what cannot be written to the ledger now is written as soon as it can be, and readers do ' +
      'not notice',
    async (t) => {
      const content = forKh()
      const [answer] = await world.append([{ content }])
      await settled()
      await world.pool.query(
        'create trigger away before insert on delivery for each ' +
          'statement execute function refuse_change()',
      )
      t.ok((await readAll(inMemory, 'KH-ACD')).entries.some((e) => e.notice.id === content.id))
      await delay(200)
      t.equal((await wasDelivered(world.pool, 'KH-ACD', answer!.index!, answer!.index!)).size, 0)
      await world.pool.query('drop trigger away on delivery')
      await until(
        'the hand-over is written',
        async () => (await wasDelivered(world.pool, 'KH-ACD', answer!.index!, answer!.index!)).size,
      )
    },
  )

  await t.test('nothing is handed over that cannot be offered in the ledger', async (t) => {
    const feeds = await world.start()
    await world.pool.query(
      'create trigger away before insert on offer for each ' +
        'statement execute function refuse_change()',
    )
    const answer = await call(`${feeds.url}/v1/feeds/all`, tokenOf('KH-ACD'))
    await world.pool.query('drop trigger away on offer')
    t.equal(answer.status, 500)
    t.equal((await call(`${feeds.url}/v1/feeds/all`, tokenOf('KH-ACD'))).status, 200)
    await feeds.close()
  })
}
