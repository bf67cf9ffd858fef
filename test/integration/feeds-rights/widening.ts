import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import {
  admitAgency,
  admitParticipant,
  setGroup,
  withdrawParticipant,
  type RegistryChange,
} from '#core/registry/change.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { call, type FeedEntry } from '#test/support/clients.ts'
import { forKh } from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'
import { world, inMemory, both, tokenOf, readAll, log, told, of, written } from './world.ts'

export const widening = async (t: Test): Promise<void> => {
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
   * Entries that were handed over up to a second before the change may come again: clocks differ,
   * and delivery is at least once.
   */
  const pastTheMargin = (): Promise<void> => delay(1100)

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
}
