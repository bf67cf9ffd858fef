import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { call, post, statusOf } from '#test/support/clients.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { until } from '#test/support/until.ts'
import { answerTo, info, publish, th } from './world.ts'

/** A bank's line and an exchange's wallet, under other names that are the same thing. */
const otherwise = [
  ['social-account', { platform: 'whatsapp', phone: '02-888-8888', defaultCountry: 'TH' }],
  ['social-account', { platform: 'telegram', accountId: '777000', phone: '+66 2 888 8888' }],
  ['payment-proxy', { scheme: 'promptpay', proxy: '02-888-8888' }],
  ['wallet-address', { address: 'TDgp8EE5nTu3rhFYiBQbpVr9Hhv4zJoUiX' }],
] as const

export const neverListLinks = async (t: Test): Promise<void> => {
  const { url, token } = info.gateways['TH']!
  for (const [kind, subject] of otherwise) {
    const content = {
      id: randomUUID(),
      kind,
      subject,
      offences: ['phishing'],
      handling: { tlp: 'GREEN' },
    }
    await t.test(`${kind} ${JSON.stringify(subject)}: warned of, rehearsed, held`, async (t) => {
      const listed = [{ code: 'never-list/listed', pointer: '/subject' }]
      const warned = (answer: { body: Record<string, unknown> }): unknown[] =>
        (answer.body['warnings'] as { code: string; pointer: string }[])
          .filter(({ code }) => code === 'never-list/listed')
          .map(({ code, pointer }) => ({ code, pointer }))
      const rehearsed = await call(`${url}/v1/notices/rehearse`, token, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(content),
      })
      t.same(warned(rehearsed), listed)
      t.same(warned(await post(info, 'TH', content)), listed)
      const state = await until('it is held', async () => {
        const { body } = await statusOf(info, 'TH', content.id)
        return body['status'] === 'held' ? body : undefined
      })
      t.match(state, { receipt: { code: 'never-list/held' } })
      const { envelope } = await envelopeOf(th, { ...content, id: randomUUID() })
      await publish('submitted.TH', Buffer.from(envelope))
      t.match(await answerTo('TH', Buffer.from(envelope)), {
        status: 'held',
        code: 'never-list/held',
      })
    })
  }
}
