import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { call } from '#test/support/clients.ts'
import { forKh } from '#test/support/feeds.ts'
import { world, inMemory, both, tokenOf, read, readAll, settled, ids } from './world.ts'

export const formats = async (t: Test): Promise<void> => {
  await t.test('a cursor that is not of this reader, topic or hub is 400', async (t) => {
    const own = (await read(inMemory, 'KH-ACD', { limit: '1' })).next
    const rows: [string, string, string, string][] = [
      ['another agency', 'VN-C06', 'all', own],
      ['another topic', 'KH-ACD', 'phone-number', own],
      ['another purpose', 'KH-RESCUE', 'all', own],
      ['text', 'KH-ACD', 'all', 'xyz'],
      ['a number', 'KH-ACD', 'all', '12'],
      ['a changed one', 'KH-ACD', 'all', `${own.startsWith('A') ? 'B' : 'A'}${own.slice(1)}`],
    ]
    for (const [name, agency, topic, after] of rows) {
      for (const accept of ['application/json', 'text/event-stream']) {
        const answer = await call(
          `${inMemory.url}/v1/feeds/${topic}?after=${after}`,
          tokenOf(agency),
          { headers: { accept } },
        )
        t.match(answer, { status: 400, body: { code: 'request/bad-cursor' } }, `${name}, ${accept}`)
      }
    }
    for (const query of [
      'limit=0',
      'limit=501',
      'wait=61',
      'wait=x',
      'unknown=1',
      'limit=1&limit=2',
    ]) {
      t.match(
        await call(`${inMemory.url}/v1/feeds/all?${query}`, tokenOf('KH-ACD')),
        { status: 400, body: { code: 'request/bad-parameter' } },
        query,
      )
    }
    for (const topic of ['hits2', 'phone', '%2e%2e'])
      t.equal(
        (await call(`${inMemory.url}/v1/feeds/${topic}`, tokenOf('KH-ACD'))).status,
        404,
        topic,
      )
  })

  await t.test(
    'NDJSON has a line for each entry and a last one with `next` and `end`',
    async (t) => {
      const page = await read(inMemory, 'VN-C06', { limit: '3' })
      const answer = await fetch(`${inMemory.url}/v1/feeds/all?limit=3`, {
        headers: { authorization: `Bearer ${tokenOf('VN-C06')}`, accept: 'application/x-ndjson' },
      })
      t.match(answer.headers.get('content-type'), /^application\/x-ndjson/)
      const lines = (await answer.text()).split('\n')
      t.equal(lines.pop(), '', 'ends with a line feed')
      t.strictSame(
        lines.map((line) => JSON.parse(line) as object),
        [...page.entries, { next: page.next, end: page.end }],
      )
    },
  )

  await t.test(
    'a long poll is answered as soon as something visible comes, and empty when its time is over',
    async (t) => {
      for (const feeds of both) {
        const { next } = await readAll(feeds, 'KH-ACD')
        const started = performance.now()
        const empty = await read(feeds, 'KH-ACD', { after: next, wait: '1' })
        t.match(empty, { entries: [], end: true })
        t.ok(performance.now() - started > 900)
        const waiting = read(feeds, 'KH-ACD', { after: empty.next, wait: '30' })
        await delay(50)
        await world.append([{ content: forKh({ handling: { tlp: 'RED' } }) }])
        const visible = forKh()
        await world.append([{ content: visible }])
        t.strictSame(
          ids((await waiting).entries),
          [visible.id],
          'what is not for it does not end the wait',
        )
        await settled()
      }
    },
  )
}
