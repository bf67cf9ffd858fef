import type { Test } from 'tap'
import { world, withSecret } from './world.ts'

const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)))

export const floods = async (t: Test): Promise<void> => {
  await t.test(
    'false requests shut nobody out: neither the client that they name, once it was right, nor ' +
      'another client from the same address',
    async (t) => {
      const feeds = await world.start({ TOKEN_REQUESTS_PER_MINUTE: '60' })
      t.equal((await withSecret(feeds, 'kh-acd')).status, 200)
      const flood = times(400, (i) =>
        withSecret(feeds, i % 2 === 0 ? 'kh-acd' : `nobody-${i}`, `false-${i}`),
      )
      const honest = await times(20, (i) =>
        withSecret(feeds, ['kh-acd', 'vn-c06', 'th-ccib', 'jp-npa'][i % 4]!),
      )
      t.strictSame(
        honest.map((answer) => answer.status),
        Array<number>(20).fill(200),
      )
      const refused = await flood
      t.ok(refused.every(({ status }) => status === 401 || status === 429))
      t.ok(
        refused.every(({ status, headers }) => status !== 429 || headers.has('retry-after')),
        'a bound says when to come back',
      )
      await feeds.close()
    },
  )

  await t.test(
    'a client whose secret is replaced is known by the new one, and not by the old',
    async (t) => {
      const feeds = await world.start()
      t.equal((await withSecret(feeds, 'jp-npa')).status, 200)
      t.equal((await withSecret(feeds, 'jp-npa', 'x')).status, 401)
      t.equal((await withSecret(feeds, 'jp-npa')).status, 200)
      await feeds.close()
    },
  )

  await t.test('too many tokens of one client are refused, whatever it shows', async (t) => {
    const feeds = await world.start({ TOKEN_REQUESTS_PER_MINUTE: '3' })
    for (let i = 0; i < 3; i++) t.equal((await withSecret(feeds, 'kh-acd')).status, 200)
    t.match(await withSecret(feeds, 'kh-acd'), {
      status: 429,
      body: { code: 'service/too-many-requests' },
    })
    t.equal((await withSecret(feeds, 'vn-c06')).status, 200)
    await feeds.close()
  })
}
