import type { Test } from 'tap'
import { arrived, readFeed } from '#test/support/clients.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { info, th, receipts, publish, answerTo } from './world.ts'

export const replays = async (t: Test): Promise<void> => {
  await t.test('a replay changes nothing and gets the first answer', async (t) => {
    const { id, envelope } = await envelopeOf(th)
    const bytes = Buffer.from(envelope)
    await publish('submitted.TH', bytes)
    const first = await answerTo('TH', bytes)
    t.equal(first.status, 'accepted')
    receipts.clear()
    for (let i = 0; i < 20; i++)
      await publish('submitted.TH', bytes, { 'posted-at': '2001-01-01T00:00:00Z' })
    t.same(await answerTo('TH', bytes), first)
    await arrived(info, 'KH-ACD', id)
    t.equal((await readFeed(info, 'KH-ACD')).entries.filter((e) => e.notice.id === id).length, 1)
  })

  await t.test('another content under the same id and version is refused', async (t) => {
    const first = await envelopeOf(th)
    await publish('submitted.TH', Buffer.from(first.envelope))
    t.match(await answerTo('TH', Buffer.from(first.envelope)), { status: 'accepted' })
    const second = Buffer.from(
      (await envelopeOf(th, { id: first.id, narrative: 'other' })).envelope,
    )
    await publish('submitted.TH', second)
    t.match(await answerTo('TH', second), { status: 'rejected', code: 'envelope/conflict' })
  })

  await t.test(
    'an older version that arrives late is superseded; a revocation that arrives first holds',
    async (t) => {
      const content = { ...phone(), agency: 'TH-CCIB' }
      const revocation = await envelopeOf(
        th,
        { ...content, reason: 'mistake' },
        { version: 2, status: 'revoked' },
      )
      const first = await envelopeOf(th, content)
      await publish('submitted.TH', Buffer.from(revocation.envelope))
      t.match(await answerTo('TH', Buffer.from(revocation.envelope)), { status: 'accepted' })
      await publish('submitted.TH', Buffer.from(first.envelope))
      t.match(await answerTo('TH', Buffer.from(first.envelope)), { status: 'superseded' })
    },
  )
}
