import type { Test } from 'tap'
import { expireNotices } from '#store/log/expire.ts'
import { rightClock } from '#test/support/clock.ts'
import { call, type FeedEntry } from '#test/support/clients.ts'
import { forKh } from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'
import {
  world,
  inMemory,
  both,
  tokenOf,
  readAll,
  settled,
  log,
  told,
  of,
  written,
} from './world.ts'

export const withdrawals = async (t: Test): Promise<void> => {
  const reason = 'a mistake'

  /** The names and values that the envelope of an entry discloses. */
  const disclosed = ({ envelope }: FeedEntry): unknown[] =>
    envelope!
      .split('~')
      .slice(1, -1)
      .map((d) => (JSON.parse(Buffer.from(d, 'base64url').toString()) as unknown[]).slice(1))

  const restricted = { tlp: 'AMBER', release: { participants: ['VN'] } }

  const end = async (agency: string): Promise<string> => (await readAll(inMemory, agency)).next

  await t.test(
    'a reader that held a version is told of the next as an update, and of a revocation its ' +
      'reason with the signature; after that nobody but the originator gets content',
    async (t) => {
      for (const [where, feeds] of both) {
        const content = forKh({ narrative: 'one' })
        const from = await end('KH-ACD')
        await log({ content })
        const [first] = (await readAll(feeds, 'KH-ACD', { after: from })).entries
        t.match(
          first,
          { event: 'notice.published', notice: { version: 1, status: 'active', narrative: 'one' } },
          where,
        )
        await log({ content: { ...content, narrative: 'two' }, version: 2 })
        const seenBy = async (agency: string, after: object): Promise<FeedEntry[]> =>
          of((await readAll(feeds, agency, { ...after })).entries, content)
        t.strictSame(
          told(await seenBy('KH-ACD', { after: first!.cursor })),
          ['notice.updated 2'],
          where,
        )
        await log({ content: { ...content, reason }, version: 3, status: 'revoked' })
        for (const after of [first!.cursor, from]) {
          const seen = await seenBy('KH-ACD', { after })
          t.strictSame(told(seen), ['notice.revoked 3'], `${where}: read again or not`)
          const { id } = content
          t.strictSame(
            seen[0]!.notice,
            { id, issuer: 'TH', version: 3, kind: 'phone-number', status: 'revoked', reason },
            where,
          )
          t.strictSame(disclosed(seen[0]!), [['reason', reason]], 'and its reason alone is shown')
        }
        t.strictSame(await seenBy('KH-RESCUE', {}), [], `${where}: who never had it`)
        t.strictSame(
          told(await seenBy('TH-CCIB', {})),
          ['notice.published 1', 'notice.updated 2', 'notice.revoked 3'],
          `${where}: the originator`,
        )
        t.match(
          (await call(`${feeds.url}/v1/notices/${content.id}`, tokenOf('KH-ACD'))).body,
          { notice: { status: 'revoked', reason } },
          `${where}: by its id`,
        )
        t.equal(
          (await call(`${feeds.url}/v1/notices/${content.id}`, tokenOf('KH-RESCUE'))).status,
          404,
          where,
        )
      }
    },
  )

  await t.test('a corporate partner is not told the reason of a revocation', async (t) => {
    const content = forKh({ handling: { tlp: 'CLEAR' } })
    await log({ content })
    t.strictSame(told(of((await readAll(inMemory, 'EXCHANGE-1')).entries, content)), [
      'notice.published 1',
    ])
    await written('EXCHANGE-1', content)
    await log({ content: { ...content, reason: 'secret of TH' }, version: 2, status: 'revoked' })
    for (const [where, feeds] of both) {
      const seen = of((await readAll(feeds, 'EXCHANGE-1')).entries, content)
      t.strictSame(told(seen), ['notice.revoked 2'], where)
      t.notMatch(JSON.stringify(seen), /secret of TH/)
      t.strictSame(disclosed(seen[0]!), [])
    }
  })

  await t.test(
    'who held a notice and loses it by a next version is told of the withdrawal, without ' +
      'content; who never held it is told nothing',
    async (t) => {
      for (const [where, feeds] of both) {
        const content = forKh({ handling: { tlp: 'GREEN' }, narrative: 'canary' })
        const [kh, jp] = await Promise.all([end('KH-ACD'), end('JP-NPA')])
        await log({ content })
        t.strictSame(
          told(of((await readAll(feeds, 'KH-ACD', { after: kh })).entries, content)),
          ['notice.published 1'],
          where,
        )
        await written('KH-ACD', content)
        await log({
          content: { ...content, handling: restricted, narrative: 'canary' },
          version: 2,
        })
        const [withdrawn, ...more] = of(
          (await readAll(feeds, 'KH-ACD', { after: kh })).entries,
          content,
        )
        t.strictSame(more, [], `${where}: the first version is gone as well`)
        t.match(withdrawn, { event: 'notice.withdrawn', envelope: null, proof: null }, where)
        t.strictSame(Object.keys(withdrawn!.notice).sort(), ['id', 'issuer', 'reason'], where)
        t.strictSame(
          of((await readAll(feeds, 'JP-NPA', { after: jp })).entries, content),
          [],
          `${where}: JP never held it`,
        )
        t.equal(
          (await call(`${feeds.url}/v1/notices/${content.id}`, tokenOf('KH-ACD'))).status,
          404,
          where,
        )
        await until(
          'the withdrawal is written',
          async () =>
            (
              await world.pool.query(
                `select from delivery where agency = 'KH-ACD' and withdrawn is not null
                  and at > $1`,
                [0],
              )
            ).rowCount,
        )
        await log({ content: { ...content, handling: restricted }, version: 3 })
        t.strictSame(
          told(of((await readAll(feeds, 'KH-ACD', { after: withdrawn!.cursor })).entries, content)),
          [],
          `${where}: a withdrawal is told once`,
        )
        await log({ content: { ...content, handling: { tlp: 'GREEN' } }, version: 4 })
        t.strictSame(
          told(of((await readAll(feeds, 'KH-ACD', { after: withdrawn!.cursor })).entries, content)),
          ['notice.published 4'],
          `${where}: and who gets it again is told of a publication`,
        )
      }
    },
  )

  await t.test('an open stream is told of a withdrawal at once', async (t) => {
    const content = forKh()
    const live = await openStream(`${inMemory.url}/v1/feeds/all`, tokenOf('KH-ACD'), {
      'last-event-id': await end('KH-ACD'),
    })
    await log({ content })
    await live.has(1)
    await log({ content: { ...content, handling: restricted }, version: 2 })
    await live.has(2)
    t.strictSame(told(live.entries() as FeedEntry[]), ['notice.published 1', 'notice.withdrawn '])
    live.close()
  })

  await t.test('the end of a notice is told, without content, to who held it', async (t) => {
    const expires = new Date(Date.now() + 3000).toISOString()
    const content = forKh({
      handling: { tlp: 'AMBER', release: { participants: ['KH'] }, expires },
    })
    const from = await end('KH-ACD')
    await log({ content })
    t.strictSame(told(of((await readAll(inMemory, 'KH-ACD', { after: from })).entries, content)), [
      'notice.published 1',
    ])
    await written('KH-ACD', content)
    await until(
      'it has expired',
      async () => (await expireNotices(world.pool, 100, rightClock.trust)) > 0,
    )
    await settled()
    for (const [where, feeds] of both) {
      const seen = of((await readAll(feeds, 'KH-ACD', { after: from })).entries, content)
      t.strictSame(told(seen), ['notice.expired 1'], where)
      t.match(seen[0], { envelope: null, notice: { status: 'expired' } }, where)
      t.strictSame(
        of((await readAll(feeds, 'VN-C06')).entries, content),
        [],
        `${where}: VN could never read it`,
      )
      t.match(
        await call(`${feeds.url}/v1/notices/${content.id}`, tokenOf('KH-ACD')),
        { status: 200, body: { notice: { status: 'expired' }, envelope: null } },
        where,
      )
    }
  })
}
