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
        const answers = await Promise.all(paths.map((path) => text(`${feeds}${path}`, token)))
        t.strictSame(
          askedIn(answers.join('\n')),
          Object.entries(asks)
            .filter(([, { readers }]) => readers.includes(agency))
            .map(([name]) => name)
            .sort(),
          agency,
        )
      }
      const elsewhere = [
        ...Object.values(info.gateways).flatMap(({ url, token }) => [
          [`${url}/v1/notices?limit=500`, token],
          [`${url}/v1/registry`, token],
        ]),
        ...[
          ...Object.values(info.console.tokens),
          ...Object.values(info.ncb).map((n) => n.token),
        ].flatMap((token) =>
          [
            `/v1/trace/${passedOn}`,
            `/v1/why?notice=${passedOn}&agency=VN-C06`,
            '/v1/quarantine',
            '/v1/participants',
            '/v1/proposals',
            '/v1/registry/changes',
          ].map((path) => [`${info.console.url}${path}`, token]),
        ),
      ] as [string, string][]
      t.strictSame(
        askedIn((await Promise.all(elsewhere.map(([url, token]) => text(url, token)))).join('\n')),
        [],
        'gateways and console',
      )
      t.match(
        (await call(`${info.console.url}/v1/trace/${passedOn}`, info.console.tokens.viewer)).body,
        {
          notices: [
            {
              versions: [{ consents: [{ id: made.consent, agency: 'KH-ACD', status: 'waiting' }] }],
            },
          ],
        },
        'an operator sees that it was asked',
      )
    },
  )
}
