import type { Test } from 'tap'
import { call, type Answer } from '#test/support/clients.ts'
import { world, inMemory, tokenOf, readAll, asked } from './world.ts'

export const refusedReaders = async (t: Test): Promise<void> => {
  await t.test(
    'too many token requests of a client from one address are refused; those of another are not',
    async (t) => {
      const feeds = await world.start({ TOKEN_REQUESTS_PER_MINUTE: '3' })
      const request = (id: string): Promise<Answer> =>
        asked(feeds, {
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: id,
            client_secret: 'x',
          }),
        })
      for (let i = 0; i < 3; i++) t.equal((await request('kh-acd')).status, 401)
      const refused = await request('kh-acd')
      t.match(refused, { status: 429, body: { code: 'service/too-many-requests' } })
      t.ok(Number(refused.headers.get('retry-after')) > 0)
      t.equal((await request('vn-c06')).status, 401)
      await feeds.close()
    },
  )

  await t.test(
    'too many requests of a client are refused, and more open waits than it may have',
    async (t) => {
      const feeds = await world.start({ REQUESTS_PER_MINUTE: '5', STREAMS_PER_CLIENT: '1' })
      const { next } = await readAll(inMemory, 'KH-ACD')
      const waits = [1, 2].map(() =>
        call(`${feeds.url}/v1/feeds/all?wait=3&after=${next}`, tokenOf('KH-ACD')),
      )
      const first = await Promise.race(waits)
      t.match(
        first,
        { status: 429, body: { code: 'service/too-many-requests' } },
        'the second wait at a time',
      )
      await Promise.all(waits)
      for (let i = 0; i < 3; i++)
        t.equal((await call(`${feeds.url}/v1/feeds/all`, tokenOf('KH-ACD'))).status, 200)
      const refused = await call(`${feeds.url}/v1/feeds/all`, tokenOf('KH-ACD'))
      t.match(refused, { status: 429, body: { code: 'service/too-many-requests' } })
      t.ok(Number(refused.headers.get('retry-after')) > 2, 'when the minute is over')
      t.equal((await call(`${feeds.url}/v1/feeds/all`, tokenOf('VN-C06'))).status, 200)
      await feeds.close()
    },
  )

  await t.test('what is no token of ours is 401', async (t) => {
    const good = tokenOf('KH-ACD')
    const [header, claims, signature] = good.split('.') as [string, string, string]
    const encode = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url')
    const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<
      string,
      unknown
    >
    const rows: [string, string | undefined, string][] = [
      ['none', undefined, 'auth/no-token'],
      ['empty', '', 'auth/bad-token'],
      ['text', 'x.y.z', 'auth/bad-token'],
      ['no signature', `${header}.${claims}.`, 'auth/bad-token'],
      ['alg none', `${encode({ alg: 'none', typ: 'at+jwt' })}.${claims}.`, 'auth/bad-token'],
      [
        'alg HS256',
        `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${claims}.${signature}`,
        'auth/bad-token',
      ],
      [
        'other claims',
        `${header}.${encode({ ...decoded, agency: 'VN-C06' })}.${signature}`,
        'auth/bad-token',
      ],
      [
        'a bit of the signature',
        `${header}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
        'auth/bad-token',
      ],
    ]
    for (const [name, bearer, code] of rows)
      t.match(
        await call(`${inMemory.url}/v1/feeds/all`, bearer),
        { status: 401, body: { code } },
        name,
      )
  })
}
