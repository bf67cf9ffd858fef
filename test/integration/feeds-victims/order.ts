import { randomInt } from 'node:crypto'
import type { Test } from 'tap'
import { admitAgency } from '#core/registry/change.ts'
import { forKh } from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'
import {
  world,
  both,
  inMemory,
  inDatabase,
  all,
  read,
  readAll,
  ids,
  victim,
  ordinary,
  log,
  byId,
  marks,
} from './world.ts'

export const order = async (t: Test): Promise<void> => {
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
    // Otherwise the cursors of the next test are of two epochs, and its reads are sent again.
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
}
