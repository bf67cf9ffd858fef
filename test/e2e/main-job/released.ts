import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { answered, arrived, call, post, readFeed, statusOf } from '#test/support/clients.ts'
import { wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { info, isSignedBy } from './world.ts'

/** The hand-overs of a notice of TH, as its originator learns of them. */
const handOversOf = (id: string): Promise<unknown> =>
  until(
    'the hand-over at the originator',
    async () => {
      const { deliveries } = (await statusOf(info, 'TH', id)).body
      return (deliveries as unknown[]).length > 0 ? deliveries : undefined
    },
    15_000,
  )

export const released = async (t: Test): Promise<void> => {
  await t.test(
    'a notice Bangkok submits is in the feed of Phnom Penh, signed, and its receipt comes back',
    async (t) => {
      const notice = wallet({ narrative: 'for Phnom Penh', caseReference: 'CIB-1' })
      const answer = await post(info, 'TH', notice)
      t.equal(answer.status, 202)
      t.match(answer.body, {
        id: notice.id,
        version: 1,
        status: 'queued',
        digest: /^[0-9a-f]{64}$/,
        canonical: { key: 'evm:0x098b716b8aaf21512996dc57eb0615e2383e2f96' },
        warnings: [],
      })
      const entry = await arrived(info, 'KH-ACD', notice.id)
      t.match(entry, {
        event: 'notice.published',
        notice: {
          id: notice.id,
          issuer: 'TH',
          version: 1,
          status: 'active',
          kind: 'wallet-address',
          narrative: 'for Phnom Penh',
          subject: notice['subject'] as object,
        },
      })
      t.ok(isSignedBy('TH', entry.envelope!), 'the signature of TH verifies')
      t.notOk(isSignedBy('KH', entry.envelope!), 'and nobody else is taken for it')
      t.match(entry.proof, { index: Number, salt: String, time: /^\d{4}-/ })
      t.notOk(
        'release' in (entry.notice['handling'] as object),
        'release is shown to nobody but the originator',
      )
      t.notOk(
        'caseReference' in entry.notice,
        'an agency without the right `case` does not see caseReference',
      )
      t.match(
        await handOversOf(notice.id),
        [{ version: 1, participant: 'KH', at: /^\d{4}-/ }],
        'the originator learns who has it',
      )
      const state = await answered(info, 'TH', notice.id)
      t.match(state.body, {
        status: 'accepted',
        receipt: {
          digest: answer.body['digest'] as string,
          status: 'accepted',
          index: entry.proof!.index,
        },
      })
    },
  )

  await t.test('who is not released to does not see it, in any feed or by id', async (t) => {
    const notice = wallet()
    await post(info, 'TH', notice)
    await arrived(info, 'KH-ACD', notice.id)
    for (const agency of ['VN-C06', 'JP-NPA', 'EXCHANGE-1']) {
      t.notOk(
        (await readFeed(info, agency)).entries.some((e) => e.notice.id === notice.id),
        `${agency} does not see it`,
      )
      const byId = await call(
        `${info.feeds.url}/v1/notices/${notice.id}`,
        info.feeds.agencies[agency]!.token,
      )
      const absent = await call(
        `${info.feeds.url}/v1/notices/${randomUUID()}`,
        info.feeds.agencies[agency]!.token,
      )
      t.equal(byId.status, 404)
      t.same(
        { ...byId.body, instance: '' },
        { ...absent.body, instance: '' },
        'the answer is that of an absent one',
      )
    }
    const own = await call(
      `${info.feeds.url}/v1/notices/${notice.id}`,
      info.feeds.agencies['TH-CCIB']!.token,
    )
    t.match(
      own.body,
      { notice: { handling: { release: { participants: ['KH'] } } } },
      'the originator sees its own release list',
    )
  })
}
