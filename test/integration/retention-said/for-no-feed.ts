import type { Test } from 'tap'
import { kinds } from '#core/generated/kinds.ts'
import { countFlow, flowPosition } from '#store/operators/flow.ts'
import { traceNotice } from '#store/operators/trace.ts'
import { call } from '#test/support/clients.ts'
import { forKh } from '#test/support/feeds.ts'
import { both, changeOver, pool, reactTo, readAll, settled, tokenOf, world } from './world.ts'

const agencies = ['TH-CCIB', 'KH-ACD', 'VN-C06', 'JP-NPA']

export const forNoFeed = async (t: Test): Promise<void> => {
  await t.test('what is said beside notices reaches no feed, by no topic and no id', async (t) => {
    const notice = forKh()
    const from = await flowPosition(pool)
    await world.append([{ content: notice }])
    const said = [await reactTo(notice.id), await changeOver('TH'), await changeOver('KH')]
    await world.append([{ content: { ...notice, narrative: 'x' }, version: 2 }])
    await settled()
    for (const [where, feeds] of both)
      for (const agency of agencies) {
        const events = async (topic: string) => {
          const { entries } = await readAll(feeds, agency, { limit: '2' }, topic)
          return entries.map((entry) => [entry.notice.id, entry.event])
        }
        const due = ['TH-CCIB', 'KH-ACD'].includes(agency)
          ? [
              [notice.id, 'notice.published'],
              [notice.id, 'notice.updated'],
            ]
          : []
        for (const topic of ['all', ...kinds])
          t.same(
            await events(topic),
            topic === 'all' || topic === 'phone-number' ? due : [],
            `${where}: ${agency}, ${topic}`,
          )
        for (const { id } of said)
          for (const query of ['', '?issuer=TH', '?issuer=KH'])
            t.match(
              await call(`${feeds.url}/v1/notices/${id}${query}`, tokenOf(agency)),
              { status: 404, body: { code: 'notice/not-found' } },
              `${where}: ${agency} by id`,
            )
      }
    const counted = await countFlow(pool, from, await flowPosition(pool))
    t.match(counted, [
      { participant: 'TH', state: 'logged', count: 1 },
      { participant: 'TH', state: 'logged', count: 1 },
    ])
    t.equal(counted.length, 2, 'the flow counts the versions of the notice alone')
    for (const { id } of said) t.same(await traceNotice(pool, id), [], 'nor is it traced as one')
  })
}
