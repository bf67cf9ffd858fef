import { randomInt, randomUUID } from 'node:crypto'
import t from 'tap'
import { admitAgency, setClient } from '#core/registry/change.ts'
import { hashSecret } from '#runtime/keys/client-secret.ts'
import { call } from '#test/support/clients.ts'
import {
  clientSecret,
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
  type FeedsProcess,
  type Version,
} from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'

/*
 * People who may be held against their will: of a notice on one, the victim desks among the
 * released are told first.
 */
const world = await createFeedsWorld(t)
const secretHash = await hashSecret(clientSecret)
for (const [id, participant] of [
  ['KH-DESK', 'KH'],
  ['VN-DESK', 'VN'],
] as const) {
  await world.change(
    admitAgency({
      id,
      participant,
      name: id,
      rights: ['read'],
      purposes: ['victim-rescue'],
      roles: ['victim-desk'],
    }),
    setClient({ id: id.toLowerCase(), agency: id, purpose: 'victim-rescue', secretHash }),
  )
}
const long = { VICTIM_HEAD_START_MS: '600000' }
const both = [await world.start(long), await world.start({ ...long, TAIL_MAX_ENTRIES: '0' })]
const [inMemory, inDatabase] = both as [FeedsProcess, FeedsProcess]
const short = await world.start({ VICTIM_HEAD_START_MS: '1500' })
const all = [...both, short]
const clients = ['th-ccib', 'kh-acd', 'vn-c06', 'jp-npa', 'exchange-1', 'kh-desk', 'vn-desk']
const tokens = Object.fromEntries(
  await Promise.all(clients.map(async (c) => [c.toUpperCase(), await token(inMemory, c)] as const)),
)
const { read, readAll } = feedReader((agency) => tokens[agency]!)
const ids = (entries: readonly { notice: { id: string } }[]): string[] =>
  entries.map((e) => e.notice.id)

const victim = (more: Record<string, unknown> = {}): Content =>
  forKh({
    operatorStatus: 'possible-victim',
    advice: 'monitor',
    narrative: 'n',
    handling: { tlp: 'AMBER', release: { participants: ['KH', 'VN'], partners: ['EXCHANGE-1'] } },
    ...more,
  })
const ordinary = (more: Record<string, unknown> = {}): Content =>
  forKh({ handling: { tlp: 'GREEN' }, ...more })
const isVersion = (given: Content | Version): given is Version => 'content' in given
const log = async (...versions: (Content | Version)[]): Promise<void> => {
  await world.append(versions.map((given) => (isVersion(given) ? given : { content: given })))
  await world.settled(all)
}
const byId = (feeds: FeedsProcess, agency: string, id: string) =>
  call(`${feeds.url}/v1/notices/${id}`, tokens[agency])
/** From here on. */
const marks = async (
  feeds: FeedsProcess,
  agencies: readonly string[],
): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(agencies.map(async (a) => [a, (await readAll(feeds, a)).next] as const)),
  )

await t.test(
  'until the victim desks among the released were told, others are not: in no feed, by no id, ' +
    'and what else there is goes on',
  async (t) => {
    for (const feeds of both) {
      const after = await marks(feeds, Object.keys(tokens))
      const [before, held, behind] = [ordinary(), victim(), ordinary()]
      await log(before, held, behind)
      for (const agency of ['KH-ACD', 'VN-C06', 'EXCHANGE-1']) {
        for (const topic of ['all', 'phone-number'])
          t.notOk(
            ids((await readAll(feeds, agency, {}, topic)).entries).includes(held.id),
            `${agency}, ${topic}`,
          )
        const [there, gone] = [
          await byId(feeds, agency, held.id),
          await byId(feeds, agency, randomUUID()),
        ]
        t.strictSame(
          [there.status, { ...there.body, instance: '' }],
          [404, { ...gone.body, instance: '' }],
          `${agency} by id: as if it were not there`,
        )
      }
      const waiting = await readAll(feeds, 'KH-ACD', { after: after['KH-ACD']! })
      t.strictSame(
        ids(waiting.entries),
        [before.id, behind.id],
        'what is not on a victim does not wait',
      )
      t.equal((await read(feeds, 'KH-ACD', { after: waiting.next })).end, true)
      t.strictSame(
        ids((await readAll(feeds, 'TH-CCIB', { after: after['TH-CCIB']! })).entries),
        [before.id, held.id, behind.id],
        'the originator has its own',
      )
      t.strictSame(
        ids((await readAll(feeds, 'JP-NPA', { after: after['JP-NPA']! })).entries),
        [before.id, behind.id],
        'a country outside the release never has it',
      )

      const poll = read(feeds, 'KH-ACD', { after: waiting.next, wait: '30' })
      const stream = await openStream(
        `${feeds.url}/v1/feeds/all?after=${waiting.next}`,
        tokens['KH-ACD']!,
      )
      t.ok(
        ids((await readAll(feeds, 'KH-DESK')).entries).includes(held.id),
        'a desk has it at once',
      )
      t.equal((await byId(feeds, 'VN-DESK', held.id)).status, 200, 'the other one, by its id')
      t.strictSame(ids((await poll).entries), [held.id], 'then who waited has it')
      await until('and a stream', () =>
        stream.events.some((e) => JSON.stringify(e).includes(held.id)),
      )
      stream.close()
      for (const limit of ['1', '2', '500'])
        t.strictSame(
          ids((await readAll(feeds, 'KH-ACD', { after: waiting.next, limit })).entries),
          [held.id],
          `from where it stood, by ${limit}`,
        )
      for (const e of waiting.entries)
        t.ok(
          ids((await readAll(feeds, 'KH-ACD', { after: e.cursor })).entries).includes(held.id),
          'from any entry before',
        )
      t.strictSame(
        ids((await readAll(feeds, 'VN-C06', { after: after['VN-C06']! })).entries),
        [before.id, held.id, behind.id],
        'who reads only now has all of it in its order',
      )
      const copy = (
        await readAll(feeds, 'EXCHANGE-1', { after: after['EXCHANGE-1']! })
      ).entries.find((e) => e.notice.id === held.id)!
      t.notOk('advice' in copy.notice, 'a partner gets no advice on a victim but to block')
      t.equal((await byId(feeds, 'KH-ACD', held.id)).status, 200)
    }
  },
)

await t.test('when the head start is over, it is told whether or not the desks were', async (t) => {
  const { 'KH-ACD': after } = await marks(short, ['KH-ACD'])
  const held = victim()
  const logged = Date.now()
  await log(held)
  t.strictSame((await read(short, 'KH-ACD', { after: after! })).entries, [])
  const page = await read(short, 'KH-ACD', { after: after!, wait: '20' })
  t.strictSame(ids(page.entries), [held.id])
  const took = Date.now() - logged
  t.ok(took > 1000 && took < 5000, `after ${took} ms`)
  t.notOk(
    ids((await readAll(inMemory, 'KH-ACD', { after: after! })).entries).includes(held.id),
    'elsewhere the head start is longer',
  )
})

await t.test(
  'without a victim desk among the released nobody waits, and a revocation does not either',
  async (t) => {
    const { 'KH-ACD': after, 'JP-NPA': jp } = await marks(inMemory, ['KH-ACD', 'JP-NPA'])
    const unaided = victim({ handling: { tlp: 'AMBER', release: { participants: ['JP'] } } })
    const held = victim()
    await log(unaided, held)
    t.strictSame(ids((await readAll(inMemory, 'JP-NPA', { after: jp! })).entries), [unaided.id])
    t.strictSame((await readAll(inMemory, 'KH-ACD', { after: after! })).entries, [])
    await log({ content: { ...held, reason: 'wrong' }, version: 2, status: 'revoked' })
    for (const feeds of both)
      t.match(
        (await readAll(feeds, 'KH-ACD', { after: after! })).entries.map((e) => [
          e.event,
          e.notice.id,
        ]),
        [['notice.revoked', held.id]],
      )
  },
)

await t.test(
  'a next version that names a victim takes the advice back from a partner that reads the ' +
    'earlier one',
  async (t) => {
    const { 'EXCHANGE-1': after } = await marks(inMemory, ['EXCHANGE-1'])
    const first = victim({ operatorStatus: 'suspect' })
    await log(first)
    t.equal(
      (await readAll(inMemory, 'EXCHANGE-1', { after: after! })).entries.find(
        (e) => e.notice.id === first.id,
      )!.notice['advice'],
      'monitor',
    )
    await log({ content: { ...first, operatorStatus: 'confirmed-victim' }, version: 2 })
    for (const feeds of both) {
      const { entries } = await readAll(feeds, 'EXCHANGE-1', { after: after! })
      t.strictSame(
        entries.map((e) => e.notice['version']),
        [1],
        'the next version waits',
      )
      t.notMatch(
        JSON.stringify(entries),
        Buffer.from('"monitor"').toString('base64url').slice(0, 8),
      )
      t.notOk('advice' in entries[0]!.notice)
      const one = await byId(feeds, 'EXCHANGE-1', first.id)
      t.match(one.body, { notice: { version: 1 } })
      t.notOk('advice' in (one.body['notice'] as object), 'by its id, too')
    }
  },
)

await t.test('rights that grow while something waits lose nothing', async (t) => {
  const held = victim()
  const stricter = forKh({ handling: { tlp: 'AMBER+STRICT', release: { participants: ['KH'] } } })
  const { 'KH-ACD': after } = await marks(inMemory, ['KH-ACD'])
  await log(stricter, held, ordinary())
  const stands = await readAll(inMemory, 'KH-ACD', { after: after! })
  t.equal(stands.entries.length, 1)
  const agency = {
    id: 'KH-ACD',
    participant: 'KH',
    name: 'KH-ACD',
    purposes: ['criminal-investigation', 'crime-prevention', 'victim-rescue'] as const,
    roles: [],
  }
  const widen = (more: ['strict'] | []) =>
    world.change(
      admitAgency({
        ...agency,
        purposes: [...agency.purposes],
        rights: ['read', 'lookup', 'submit', ...more],
      }),
    )
  await widen(['strict'])
  const opened = await until('the right is in force', async () => {
    const found = await readAll(inMemory, 'KH-ACD', { after: stands.next })
    return found.entries.some((e) => e.notice.id === stricter.id) && found
  })
  t.notOk(ids(opened.entries).includes(held.id), 'what waits still waits')
  for (const desk of ['KH-DESK', 'VN-DESK']) await readAll(inMemory, desk)
  await until('it is told', async () =>
    ids((await readAll(inMemory, 'KH-ACD', { after: opened.next })).entries).includes(held.id),
  )
  await until('nor is it lost from before', async () =>
    ids((await readAll(inDatabase, 'KH-ACD', { after: stands.next })).entries).includes(held.id),
  )
  // Or the next test's cursors are of one epoch here and of another there, and what it reads is
  // sent again.
  const { version } = await widen([])
  for (const { metrics } of all) {
    await until(
      'every process knows the rights',
      async () =>
        (await metrics.registry.getSingleMetric('switchboard_registry_version')!.get()).values[0]
          ?.value === version,
    )
  }
})

await t.test(
  'whatever the pages and the processes, every reader is told everything once, victims in ' +
    'their order and the rest in theirs',
  { timeout: 60_000 },
  async (t) => {
    const readers = ['KH-ACD', 'VN-C06', 'EXCHANGE-1']
    const at = await marks(inMemory, [...readers, 'KH-DESK', 'VN-DESK'])
    const told: Record<string, string[]> = Object.fromEntries(readers.map((r) => [r, []]))
    const logged: { id: string; isVictim: boolean }[] = []
    const turn = async (agency: string, limit: string): Promise<boolean> => {
      const page = await read(both[randomInt(2)]!, agency, { after: at[agency]!, limit })
      at[agency] = page.next
      told[agency]?.push(...ids(page.entries))
      return page.end && page.entries.length === 0
    }
    for (let round = 0; round < 25; round++) {
      const some = Array.from({ length: randomInt(1, 5) }, () =>
        randomInt(2) === 0
          ? victim()
          : ordinary({ handling: { tlp: 'GREEN', release: { partners: ['EXCHANGE-1'] } } }),
      )
      logged.push(
        ...some.map(({ id, operatorStatus }) => ({ id, isVictim: operatorStatus !== undefined })),
      )
      await log(...some)
      for (const reader of readers)
        if (randomInt(3) > 0) await turn(reader, String(randomInt(1, 4)))
      for (const desk of ['KH-DESK', 'VN-DESK'])
        if (randomInt(3) === 0) await turn(desk, String(randomInt(1, 6)))
    }
    for (const desk of ['KH-DESK', 'VN-DESK']) while (!(await turn(desk, '3')));
    for (const reader of readers) {
      await until(`${reader} has everything`, async () => {
        while (!(await turn(reader, '3')));
        return told[reader]!.length >= logged.length
      })
      const order = (isVictim: boolean): string[] =>
        told[reader]!.filter((id) => logged.some((l) => l.id === id && l.isVictim === isVictim))
      t.equal(told[reader]!.length, logged.length, `${reader}: nothing twice`)
      for (const isVictim of [true, false])
        t.strictSame(
          order(isVictim),
          logged.filter((l) => l.isVictim === isVictim).map((l) => l.id),
          `${reader}: ${isVictim ? 'victims' : 'the rest'} in order`,
        )
    }
  },
)

t.end()
