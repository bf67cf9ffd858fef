import type { Test } from 'tap'
import { nowMicros } from '#runtime/process/clock.ts'
import { recordReceipts } from '#store/log/receipts.ts'
import { call } from '#test/support/clients.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { pool, th, running, tokens, takeIn } from './world.ts'

export const flow = async (t: Test): Promise<void> => {
  await t.test(
    'the flow tells once a second what came in and what was answered, per participant',
    async (t) => {
      const stop = new AbortController()
      const response = await fetch(`${running.url}/v1/flow`, {
        headers: { authorization: `Bearer ${tokens.viewer}` },
        signal: stop.signal,
      })
      t.match(response.headers.get('content-type'), /^text\/event-stream/)
      const seen = { logged: 0, refused: 0, answered: 0 }
      let sent = false
      let text = ''
      for await (const chunk of response.body!) {
        text += Buffer.from(chunk as Uint8Array).toString()
        if (!sent && text.includes('event: flow')) {
          sent = true
          const { batch } = await takeIn('TH', (await envelopeOf(th.signer, phone())).envelope)
          await recordReceipts(pool, [{ batch, participant: 'TH', sentAt: nowMicros() }])
          await takeIn('VN', 'more garbage')
        }
        seen.logged = seen.refused = seen.answered = 0
        for (const [, data] of text.matchAll(/data: (.*)\n\n/g)) {
          const { participants } = JSON.parse(data!) as {
            participants: Record<string, { logged: number; refused: number; answered: number }>
          }
          seen.logged += participants['TH']?.logged ?? 0
          seen.answered += participants['TH']?.answered ?? 0
          seen.refused += participants['VN']?.refused ?? 0
        }
        if ((seen.logged > 0 && seen.answered > 0 && seen.refused > 0) || text.length > 20_000)
          break
      }
      stop.abort()
      t.same(seen, { logged: 1, refused: 1, answered: 1 })
    },
  )

  await t.test('the web page holds no data, and lets no script run but its own', async (t) => {
    const page = await call(`${running.url}/`, undefined)
    t.equal(page.status, 200)
    t.match(page.headers.get('content-security-policy'), /^default-src 'none'; script-src 'self';/)
    t.notMatch(String(page.body['text']), /<script(?![^>]* src=)|\son[a-z]+=|style=|https?:/i)
    for (const path of ['/console.js', '/dom.js', '/console.css'])
      t.equal((await call(`${running.url}${path}`, undefined)).status, 200)
    t.notMatch(
      String((await call(`${running.url}/console.js`, undefined)).body['text']),
      /innerHTML|insertAdjacentHTML|document\.write|eval\(/,
    )
  })

  await t.test('the interface describes itself', async (t) => {
    const { body } = await call(`${running.url}/openapi.json`, undefined)
    t.same(Object.keys(body['paths'] as object).sort(), [
      '/v1/flow',
      '/v1/groups/{id}',
      '/v1/keys',
      '/v1/keys/nonce',
      '/v1/keys/{kid}',
      '/v1/keys/{kid}/logged',
      '/v1/keys/{kid}/revoke',
      '/v1/participants',
      '/v1/participants/{id}',
      ...[
        '',
        '/clients/{client}',
        '/clients/{client}/reinstate',
        '/clients/{client}/secret',
        '/clients/{client}/suspend',
        '/reinstate',
        '/suspend',
      ].map((path) => `/v1/participants/{id}/agencies/{agency}${path}`),
      '/v1/participants/{id}/grant',
      '/v1/participants/{id}/reinstate',
      '/v1/participants/{id}/suspend',
      '/v1/participants/{id}/withdraw',
      '/v1/proposals',
      '/v1/proposals/{id}',
      '/v1/proposals/{id}/approve',
      '/v1/proposals/{id}/reject',
      '/v1/quarantine',
      '/v1/registry/changes',
      '/v1/trace/{id}',
      '/v1/why',
    ])
    t.equal((await call(`${running.url}/readyz`, undefined)).status, 200)
  })
}
