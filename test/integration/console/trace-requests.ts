import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { nowMicros } from '#runtime/process/clock.ts'
import { insertConsentAnswer, insertConsentRequest } from '#store/requests/consents.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { pool, th, takeIn, secrets, trace } from './world.ts'

export const traceRequests = async (t: Test): Promise<void> => {
  await t.test(
    'consent that was asked and answered is in the trace, without the reasons',
    async (t) => {
      const { id, envelope } = await envelopeOf(
        th.signer,
        phone({ handling: { tlp: 'GREEN', codes: ['H2'] } }),
      )
      await takeIn('TH', envelope)
      const request = {
        id: randomUUID(),
        notice: { issuer: 'TH', id, version: 1 },
        submitter: 'TH-CCIB',
        participant: 'KH',
        agency: 'KH-ACD',
        client: 'kh-feed',
        to: ['VN'],
        reason: secrets.narrative,
        at: nowMicros(),
      }
      await insertConsentRequest(pool, request, Buffer.from(request.id))
      const consents = async (): Promise<object[]> =>
        ((await trace(id)).notices[0]!.versions[0] as unknown as { consents: object[] }).consents
      t.match(await consents(), [
        {
          id: request.id,
          agency: 'KH-ACD',
          to: ['VN'],
          status: 'waiting',
          answeredAt: null,
          answeredBy: null,
        },
      ])
      await insertConsentAnswer(pool, request, {
        answer: 'refused',
        reason: secrets.narrative,
        until: null,
        agency: 'TH-CCIB',
        client: 'x',
        at: nowMicros(),
      })
      t.match(await consents(), [
        { status: 'refused', answeredAt: String, answeredBy: 'TH-CCIB', until: null },
      ])
      t.notMatch(JSON.stringify(await consents()), secrets.narrative)
    },
  )
}
