import type { Test } from 'tap'
import { changeRegistry } from '#store/registry/registry.ts'
import { admitAgency, setAgencyStanding } from '#core/registry/change.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { pool, th, ask, takeIn, notice, logged, trace, handOver } from './world.ts'

export const why = async (t: Test): Promise<void> => {
  await t.test('why is recomputed with the registry as it was and as it is', async (t) => {
    const path = `/v1/why?notice=${notice.id}&agency=JP-NPA`
    t.match((await ask(path)).body, {
      versions: [
        {
          version: 1,
          asLogged: { content: true, rule: 'released-participant', registryVersion: 1 },
          asOfNow: { content: true },
        },
      ],
    })
    await changeRegistry(pool, { who: 'test', why: 'test' }, [
      setAgencyStanding('JP-NPA', 'suspended'),
    ])
    await until('the console knows', async () => {
      const { body } = await ask(path)
      return (body['versions'] as { asOfNow: { rule: string } }[])[0]?.asOfNow.rule === 'suspended'
    })
    t.match((await ask(path)).body, {
      notice: notice.id,
      agency: 'JP-NPA',
      versions: [
        {
          issuer: 'TH',
          index: logged.answer.index,
          deliveries: [],
          asLogged: {
            registryVersion: 1,
            content: true,
            rule: 'released-participant',
            withhold: ['release', 'caseReference', 'contact'],
          },
          asOfNow: { registryVersion: 2, content: false, existence: false, rule: 'suspended' },
        },
      ],
    })
    t.match((await ask(`/v1/why?notice=${notice.id}&agency=KH-ACD`)).body, {
      versions: [{ deliveries: [{ channel: 'sse' }] }],
    })
    t.match(
      (await trace(notice.id)).notices[0]!.versions[0]!.others.find((o) => o.agency === 'JP-NPA'),
      { mayRead: false, rule: 'suspended' },
    )
  })

  await t.test(
    'why says for which victim desks an agency waits, until they were told',
    async (t) => {
      await changeRegistry(pool, { who: 'test', why: 'test' }, [
        admitAgency({
          id: 'KH-DESK',
          participant: 'KH',
          name: 'Desk',
          rights: ['read'],
          purposes: ['criminal-investigation'],
          roles: ['victim-desk'],
        }),
      ])
      const victim = phone({
        operatorStatus: 'possible-victim',
        handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
      })
      const { answer } = await takeIn('TH', (await envelopeOf(th.signer, victim)).envelope)
      const waits = async (agencyId: string): Promise<unknown> =>
        (
          (await ask(`/v1/why?notice=${victim.id}&agency=${agencyId}`)).body['versions'] as
            | { waitsFor: unknown }[]
            | undefined
        )?.[0]?.waitsFor
      await until('the console knows the desk', async () => (await waits('KH-ACD')) !== null)
      t.match(await waits('KH-ACD'), { agencies: ['KH-DESK'], until: /^20.*Z$/ })
      for (const other of ['KH-DESK', 'TH-CCIB', 'VN-C06'])
        t.equal(
          await waits(other),
          null,
          `${other}: a desk, the originator, and who may not have it`,
        )
      const later = (participant: string, version: number) =>
        envelopeOf(
          th.signer,
          { ...victim, handling: { tlp: 'AMBER', release: { participants: [participant] } } },
          { version },
        )
      await takeIn('TH', (await later('VN', 2)).envelope)
      t.equal(await waits('KH-ACD'), null, 'who may no longer have it waits for nobody')
      await takeIn('TH', (await later('KH', 3)).envelope)
      t.match(await waits('KH-ACD'), { agencies: ['KH-DESK'] })
      await handOver(answer.index!, 'KH-DESK')
      t.equal(await waits('KH-ACD'), null)
    },
  )
}
