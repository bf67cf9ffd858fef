import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { arrived, call, post, readFeed, statusOf } from '#test/support/clients.ts'
import { wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { info, isSignedBy } from './world.ts'

export const partners = async (t: Test): Promise<void> => {
  await t.test(
    'a corporate partner gets a redacted copy whose signature still verifies',
    async (t) => {
      const notice = wallet({
        narrative: 'not for partners',
        advice: 'block',
        handling: { tlp: 'AMBER', release: { partners: ['EXCHANGE-1'] } },
      })
      await post(info, 'TH', notice)
      const entry = await arrived(info, 'EXCHANGE-1', notice.id)
      t.ok(isSignedBy('TH', entry.envelope!))
      t.equal(entry.notice['advice'], 'block')
      for (const name of ['narrative', 'agency', 'evaluation'])
        t.notOk(name in entry.notice, `${name} is withheld`)
      t.notOk(
        entry.envelope!.includes(
          Buffer.from('not for partners').toString('base64url').slice(2, -2),
        ),
        'nor is it in the bytes',
      )
      t.notOk(entry.proof, 'a partner gets no index')
      t.notMatch(JSON.stringify(await readFeed(info, 'EXCHANGE-1')), /not for partners|TH-CCIB/)
      const told = await until(
        'the hand-over to the partner at the originator',
        async () => {
          const { body } = await statusOf(info, 'TH', notice.id)
          return (
            (body['deliveries'] as { participant: string }[]).some(
              (d) => d.participant === 'EXCHANGE-1',
            ) && body['deliveries']
          )
        },
        15_000,
      )
      t.match(
        told,
        [{ version: 1, participant: 'EXCHANGE-1', at: /^\d{4}-/ }],
        'every hand-over to a partner is shown to the originator',
      )
    },
  )

  await t.test(
    'what a partner submits, its NCB issues under its own key, and nobody else learns from whom ' +
      'it came',
    async (t) => {
      const json = { 'content-type': 'application/json' }
      const at = (agency: string, path: string, body?: object) =>
        call(
          `${info.feeds.url}${path}`,
          info.feeds.agencies[agency]!.token,
          body && { method: 'POST', headers: json, body: JSON.stringify(body) },
        )
      const { id: _id, ...known } = wallet({
        narrative: 'seen by the compliance desk',
        handling: { tlp: 'AMBER' },
      })
      const taken = await at('EXCHANGE-1', '/v1/submissions', known)
      t.match(taken, { status: 202, body: { status: 'waiting' } })
      const [waiting] = (await at('TH-CCIB', '/v1/submissions')).body['submissions'] as {
        id: string
        notice: object
      }[]
      t.match(waiting, {
        id: taken.body['id'] as string,
        submittedBy: { participant: 'EXCHANGE-1' },
      })
      const issued = {
        ...waiting!.notice,
        id: randomUUID(),
        handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
      }
      t.equal((await post(info, 'TH', issued)).status, 202)
      const entry = await arrived(info, 'KH-ACD', issued.id)
      t.ok(isSignedBy('TH', entry.envelope!))
      t.match(
        await at('TH-CCIB', `/v1/submissions/${waiting!.id}/decide`, {
          decision: 'issued',
          noticeId: issued.id,
          reason: 'thank you',
        }),
        { status: 200, body: { status: 'issued' } },
      )
      t.match((await at('EXCHANGE-1', `/v1/submissions/${waiting!.id}`)).body, {
        status: 'issued',
        decision: { reason: 'thank you' },
      })
      const open =
        JSON.stringify(entry) +
        entry
          .envelope!.split(/[.~]/)
          .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
          .join()
      t.notMatch(open, 'EXCHANGE-1')
      t.equal(
        (await at('EXCHANGE-1', `/v1/notices/${issued.id}`)).status,
        404,
        'it is released to whom the NCB says',
      )
    },
  )
}
