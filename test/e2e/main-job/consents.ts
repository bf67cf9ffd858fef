import type { Test } from 'tap'
import { arrived, call, post, statusOf } from '#test/support/clients.ts'
import { wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { info } from './world.ts'

export const consents = async (t: Test): Promise<void> => {
  const say = (agency: string, path: string, body: object) =>
    call(`${info.feeds.url}${path}`, info.feeds.agencies[agency]!.token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  const shown = (id: string, status: string): Promise<Record<string, unknown>> =>
    until(`a consent that is ${status}`, async () => {
      const all = (await statusOf(info, 'TH', id)).body['consents'] as Record<string, unknown>[]
      return all[0]?.['status'] === status ? all[0] : undefined
    })

  await t.test(
    'whether a notice may be passed on is asked at the feeds, and its gateway shows who asks and ' +
      'what was answered',
    async (t) => {
      const notice = wallet({ handling: { tlp: 'GREEN', codes: ['H2'] } })
      await post(info, 'TH', notice)
      await arrived(info, 'KH-ACD', notice.id)
      const question = { to: ['VN'], reason: 'their account' }
      const asked = await say('KH-ACD', `/v1/notices/${notice.id}/consent-requests`, question)
      t.equal(asked.status, 201)
      const { id } = asked.body
      const one = { id, askedBy: { participant: 'KH' }, ...question, version: 1, signed: false }
      t.match(await shown(notice.id, 'waiting'), { ...one, answer: null, at: String })
      const answer = { answer: 'granted', reason: 'agreed' }
      await say('TH-CCIB', `/v1/consent-requests/${String(id)}/answer`, answer)
      const all = await shown(notice.id, 'granted')
      t.match(all, { ...one, answer: { reason: 'agreed', until: null, at: String } })
      t.notMatch(JSON.stringify(all), /KH-ACD|TH-CCIB/, 'no agency is named')
    },
  )
}
