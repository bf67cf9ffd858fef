import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { arrived, call, post } from '#test/support/clients.ts'
import { info, text, feeds, json, asks, askedIn, made } from './world.ts'

export const requests = async (t: Test): Promise<void> => {
  const sendAs = (agency: string, path: string, body: object) =>
    call(`${feeds}${path}`, info.feeds.agencies[agency]!.token, {
      method: 'POST',
      headers: json,
      body: JSON.stringify(body),
    })

  const passedOn = randomUUID()

  const submitted = {
    kind: 'phone-number',
    subject: { number: '+66812345678' },
    offences: ['phishing'],
    handling: { tlp: 'AMBER' },
    narrative: asks.submission.token,
  }

  /** All that the feeds answer to an agency about what is asked and submitted. */
  const shownTo = async (token: string): Promise<string> => {
    const paths = [
      '/v1/consent-requests',
      `/v1/consent-requests/${made.consent}`,
      '/v1/submissions',
      '/v1/submissions?status=all',
      `/v1/submissions/${made.submission}`,
      `/v1/submissions?after=${made.submission}`,
      '/v1/feeds/all?limit=500',
      `/v1/notices/${passedOn}`,
      `/v1/consent-requests?after=${made.consent}`,
    ]
    return (await Promise.all(paths.map((path) => text(`${feeds}${path}`, token)))).join('\n')
  }

  /** All that gateways and the console answer to anybody who has a token for them. */
  const shownElsewhere = async (): Promise<string> => {
    const atGateways = Object.values(info.gateways).flatMap(({ url, token }) =>
      ['/v1/notices?limit=500', '/v1/registry'].map((path) => text(`${url}${path}`, token)),
    )
    const tokens = [
      ...Object.values(info.console.tokens),
      ...Object.values(info.ncb).map((n) => n.token),
    ]
    const atConsole = tokens.flatMap((token) =>
      [
        `/v1/trace/${passedOn}`,
        `/v1/why?notice=${passedOn}&agency=VN-C06`,
        '/v1/quarantine',
        '/v1/participants',
        '/v1/proposals',
        '/v1/registry/changes',
      ].map((path) => text(`${info.console.url}${path}`, token)),
    )
    return (await Promise.all([...atGateways, ...atConsole])).join('\n')
  }

  await t.test(
    'what agencies ask of each other is read by the two sides alone, and a rehearsal by nobody',
    async (t) => {
      t.equal(
        (
          await post(info, 'TH', {
            ...submitted,
            id: passedOn,
            narrative: 'x',
            handling: { tlp: 'AMBER', codes: ['H2'], release: { participants: ['KH'] } },
          })
        ).status,
        202,
      )
      await arrived(info, 'KH-ACD', passedOn)
      made.consent = String(
        (
          await sendAs('KH-ACD', `/v1/notices/${passedOn}/consent-requests`, {
            to: ['VN'],
            reason: asks.reason.token,
          })
        ).body['id'],
      )
      made.submission = String(
        (await sendAs('EXCHANGE-1', '/v1/submissions', submitted)).body['id'],
      )
      const rehearsed = await call(
        `${info.gateways['TH']!.url}/v1/notices/rehearse`,
        info.gateways['TH']!.token,
        {
          method: 'POST',
          headers: json,
          body: JSON.stringify({
            ...submitted,
            handling: { tlp: 'CLEAR' },
            narrative: asks.rehearsal.token,
          }),
        },
      )
      t.equal(rehearsed.status, 200)
      for (const [agency, { token }] of Object.entries(info.feeds.agencies)) {
        t.strictSame(
          askedIn(await shownTo(token)),
          Object.entries(asks)
            .filter(([, { readers }]) => readers.includes(agency))
            .map(([name]) => name)
            .sort(),
          agency,
        )
      }
      t.strictSame(askedIn(await shownElsewhere()), [], 'gateways and console')
    },
  )

  await t.test('an operator sees that consent was asked', async (t) => {
    t.match(
      (await call(`${info.console.url}/v1/trace/${passedOn}`, info.console.tokens.viewer)).body,
      {
        notices: [
          {
            versions: [{ consents: [{ id: made.consent, agency: 'KH-ACD', status: 'waiting' }] }],
          },
        ],
      },
    )
  })
}
