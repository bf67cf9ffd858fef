import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import {
  admitAgency,
  admitParticipant,
  setGroup,
  withdrawParticipant,
  type RegistryChange,
} from '#core/registry/change.ts'
import { expireNotices } from '#store/log/expire.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { call, type FeedEntry } from '#test/support/clients.ts'
import {
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
  type FeedsProcess,
} from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'

const world = await createFeedsWorld(t)
const inMemory = await world.start()
const inDatabase = await world.start({ TAIL_MAX_ENTRIES: '0' })
const both: readonly [string, FeedsProcess][] = [
  ['from memory', inMemory],
  ['from the database', inDatabase],
]
const tokens = Object.fromEntries(
  await Promise.all(
    ['th-ccib', 'kh-acd', 'vn-c06', 'jp-npa', 'exchange-1', 'kh-rescue'].map(
      async (c) => [c, await token(inMemory, c)] as const,
    ),
  ),
)
const tokenOf = (agency: string): string => tokens[agency.toLowerCase()]!
const { readAll } = feedReader(tokenOf)
const settled = (): Promise<void> => world.settled([inMemory, inDatabase])

const log = async (
  ...versions: { content: Content; version?: number; status?: 'active' | 'revoked' }[]
): Promise<void> => {
  await world.append(versions)
  await settled()
}
const told = (entries: readonly FeedEntry[]): string[] =>
  entries.map(({ event, notice }) => `${event} ${(notice as { version?: number }).version ?? ''}`)
const of = (entries: readonly FeedEntry[], { id }: Content): FeedEntry[] =>
  entries.filter((e) => e.notice.id === id)
const restricted = { tlp: 'AMBER', release: { participants: ['VN'] } }
/** The ledger is what tells who held what: these tests wait for it. */
const written = async (agency: string, { id }: Content): Promise<void> => {
  await until(`the ledger has ${id} for ${agency}`, async () => {
    const { rows } = await world.pool.query<{ n: number }>(
      `select count(*) as n from entry e join delivery d on d.agency = $1
        and e.index between d.first_index and d.last_index
        and get_bit(d.bitmap, e.index - d.first_index) = 1 where e.id = $2`,
      [agency, id],
    )
    return rows[0]!.n > 0
  })
}
const end = async (agency: string): Promise<string> => (await readAll(inMemory, agency)).next
const changed = async (...changes: RegistryChange[]): Promise<void> => {
  const { version } = await world.change(...changes)
  for (const [, { metrics }] of both)
    await until(
      'the registry is read',
      async () =>
        (await metrics.registry.getSingleMetric('switchboard_registry_version')!.get()).values[0]
          ?.value === version,
    )
}

/**
 * What was handed over up to a second before the change may come again: clocks differ, and delivery
 * is at least once.
 */
const pastTheMargin = (): Promise<void> => delay(1100)

await t.test(
  'a reader that held a version is told of the next as an update, of a revocation with its ' +
    'reason; a reader that held none of a publication',
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
      const { narrative: _, ...rest } = content
      await log({ content: { ...rest, reason: 'a mistake' }, version: 3, status: 'revoked' })
      const seen = of((await readAll(feeds, 'KH-ACD', { after: first!.cursor })).entries, content)
      t.strictSame(told(seen), ['notice.updated 2', 'notice.revoked 3'], where)
      t.match(seen[1]!.notice, { status: 'revoked', reason: 'a mistake' }, where)
      t.strictSame(
        told(of((await readAll(feeds, 'KH-ACD', { after: from })).entries, content)),
        ['notice.published 1', 'notice.updated 2', 'notice.revoked 3'],
        `${where}: at its place when read again`,
      )
      t.strictSame(
        told(of((await readAll(feeds, 'KH-RESCUE', {})).entries, content)),
        ['notice.published 1', 'notice.updated 2', 'notice.revoked 3'],
        `${where}: another reader in one go`,
      )
    }
  },
)

await t.test('a corporate partner is not told the reason of a revocation', async (t) => {
  const content = forKh({ handling: { tlp: 'CLEAR' } })
  await log(
    { content },
    { content: { ...content, reason: 'secret of TH' }, version: 2, status: 'revoked' },
  )
  for (const [where, feeds] of both) {
    const seen = of((await readAll(feeds, 'EXCHANGE-1')).entries, content)
    t.strictSame(told(seen), ['notice.published 1', 'notice.revoked 2'], where)
    t.notMatch(JSON.stringify(seen), /secret of TH/)
    t.notMatch(
      seen
        .map((e) =>
          e
            .envelope!.split('~')
            .slice(1)
            .map((d) => Buffer.from(d, 'base64url').toString()),
        )
        .join(),
      /secret of TH/,
    )
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
      await log({ content: { ...content, handling: restricted, narrative: 'canary' }, version: 2 })
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
              `select from delivery where agency = 'KH-ACD' and withdrawn is not null and at > $1`,
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
  const content = forKh({ handling: { tlp: 'AMBER', release: { participants: ['KH'] }, expires } })
  const from = await end('KH-ACD')
  await log({ content })
  t.strictSame(told(of((await readAll(inMemory, 'KH-ACD', { after: from })).entries, content)), [
    'notice.published 1',
  ])
  await written('KH-ACD', content)
  await until('it has expired', async () => (await expireNotices(world.pool, 100)) > 0)
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

await t.test(
  'H3: the conditions are shown first, and the content once the agency has acknowledged them',
  async (t) => {
    const content = forKh({
      narrative: 'canary',
      handling: {
        tlp: 'AMBER',
        release: { participants: ['KH', 'VN'] },
        codes: ['H3'],
        conditions: 'Ask TH-CCIB before an arrest.',
      },
    })
    await log({ content })
    for (const [where, feeds] of both) {
      const [pending] = of((await readAll(feeds, 'KH-ACD')).entries, content)
      t.match(
        pending,
        {
          event: 'notice.published',
          envelope: null,
          proof: null,
          notice: {
            issuer: 'TH',
            version: 1,
            handling: { codes: ['H3'], conditions: 'Ask TH-CCIB before an arrest.' },
          },
        },
        where,
      )
      t.strictSame(
        Object.keys(pending!.notice).sort(),
        ['handling', 'id', 'issuer', 'status', 'version'],
        where,
      )
    }
    const acknowledge = (agency: string, id: string) =>
      call(`${inMemory.url}/v1/notices/${id}/acknowledge-conditions`, tokenOf(agency), {
        method: 'POST',
      })
    t.equal(
      (await acknowledge('JP-NPA', content.id)).status,
      404,
      'nobody acknowledges what is not his to see',
    )
    const plain = forKh()
    await log({ content: plain })
    t.match(await acknowledge('KH-ACD', plain.id), {
      status: 409,
      body: { code: 'notice/no-conditions' },
    })
    t.match(await acknowledge('KH-ACD', content.id), {
      status: 200,
      body: { notice: { narrative: 'canary' }, envelope: String },
    })
    t.match(
      await acknowledge('KH-ACD', content.id),
      { status: 200, body: { notice: { narrative: 'canary' } } },
      'twice counts once',
    )
    for (const [where, feeds] of both) {
      await until(
        `the content is given ${where}`,
        async () =>
          of((await readAll(feeds, 'KH-ACD')).entries, content)[0]?.notice['narrative'] ===
          'canary',
      )
      t.equal(
        of((await readAll(feeds, 'VN-C06')).entries, content)[0]?.envelope,
        null,
        `${where}: for one agency, not for another`,
      )
    }
  },
)

await t.test(
  'a wider right makes what it now allows, and was not handed over, appear in the feed; ' +
    'nothing comes twice',
  async (t) => {
    const registry = await loadRegistry(world.pool)
    const khAcd = registry.agencies.get('KH-ACD')!
    const strict = Array.from({ length: 5 }, () =>
      forKh({ handling: { tlp: 'AMBER+STRICT', release: { participants: ['KH'] } } }),
    )
    const open = Array.from({ length: 5 }, () => forKh())
    await log(...strict.flatMap((content, i) => [{ content }, { content: open[i]! }]))
    await log({ content: { ...strict[4]!, narrative: 'two' }, version: 2 })
    const before = await readAll(inMemory, 'KH-ACD')
    t.notOk(before.entries.some((e) => strict.some((s) => s.id === e.notice.id)))
    await written('KH-ACD', open.at(-1)!)
    await pastTheMargin()
    const live = await openStream(`${inMemory.url}/v1/feeds/all`, tokenOf('KH-ACD'), {
      'last-event-id': before.next,
    })
    await changed(admitAgency({ ...khAcd, rights: [...khAcd.rights, 'strict'] }))
    for (const [where, feeds] of both) {
      for (const limit of ['500', '2']) {
        const widened = await readAll(feeds, 'KH-ACD', { after: before.next, limit })
        t.strictSame(
          widened.entries.map((e) => e.notice.id),
          strict.map((s) => s.id),
          `${where} by ${limit}: all of it however often the old cursor ` +
            'is used, and nothing that was handed over before',
        )
        const after = await readAll(feeds, 'KH-ACD', { after: widened.next })
        t.strictSame(
          after.entries,
          [],
          `${where} by ${limit}: and once it is done the feed goes on as before`,
        )
      }
    }
    await live.has(strict.length)
    t.strictSame(
      live.entries().map((e) => e.notice.id),
      strict.map((s) => s.id),
      'an open stream, too',
    )
    t.strictSame(
      told(live.entries().slice(-1) as FeedEntry[]),
      ['notice.published 2'],
      'of a notice, the newest version',
    )
    live.close()
    await changed(admitAgency(khAcd))
    t.strictSame(
      (await readAll(inMemory, 'KH-ACD', { after: before.next })).entries,
      [],
      'a narrower right brings nothing',
    )
    t.strictSame(
      (await readAll(inMemory, 'KH-ACD')).entries.filter((e) =>
        strict.some((s) => s.id === e.notice.id),
      ),
      [],
      'and takes what it allowed out of the feed',
    )
  },
)

await t.test(
  'a participant that has left reads nothing, and gets back what it may see when it is ' +
    'admitted again',
  async (t) => {
    const content = forKh({ handling: { tlp: 'GREEN' } })
    const { next } = await readAll(inMemory, 'JP-NPA')
    await pastTheMargin()
    await changed(withdrawParticipant('JP'))
    t.match(await call(`${inMemory.url}/v1/feeds/all?after=${next}`, tokenOf('JP-NPA')), {
      status: 403,
      body: { code: 'auth/suspended' },
    })
    await log({ content })
    await changed(admitParticipant({ id: 'JP', name: 'JP', type: 'dialogue-partner' }))
    for (const [where, feeds] of both)
      t.strictSame(
        told((await readAll(feeds, 'JP-NPA', { after: next })).entries),
        ['notice.published 1'],
        where,
      )
  },
)

await t.test('a member re-admitted to a group is given what it missed', async (t) => {
  const early = forKh({ handling: { tlp: 'AMBER', release: { groups: ['ECHO'] } } })
  await changed(setGroup('ECHO', 'Echo', ['TH', 'KH']))
  await changed(setGroup('ECHO', 'Echo', ['TH']))
  await changed(setGroup('ECHO', 'Echo', ['TH', 'KH']))
  await log({ content: early })
  await changed(setGroup('ECHO', 'Echo', ['TH']))
  const { entries, next } = await readAll(inMemory, 'KH-ACD')
  t.strictSame(of(entries, early), [], 'not while it is out')
  await log({ content: { ...early, narrative: 'two' }, version: 2 })
  const later = forKh()
  await log({ content: later })
  await changed(setGroup('ECHO', 'Echo', ['TH', 'KH']))
  for (const [where, feeds] of both) {
    const seen = (await readAll(feeds, 'KH-ACD', { after: next, limit: '1' })).entries
    t.ok(of(seen, later).length === 1, where)
    t.strictSame(
      of(seen, early),
      [],
      `${where}: version 2 was logged while it was out, and the newest must allow`,
    )
  }
})

t.end()
