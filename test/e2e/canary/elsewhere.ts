import type { Test } from 'tap'
import { due } from './due.ts'
import { notices } from './planted.ts'
import { info, held, shown, text } from './world.ts'

export const elsewhere = async (t: Test): Promise<void> => {
  await t.test('a gateway shows its own agency’s notices only', async (t) => {
    for (const [participant, { url, token }] of Object.entries(info.gateways)) {
      const answers = [
        await text(`${url}/v1/notices?limit=500`, token),
        ...(await Promise.all(notices.map(({ id }) => text(`${url}/v1/notices/${id}`, token)))),
      ]
      t.strictSame(
        shown(held(answers.join('\n'))),
        due((p) => (p.issuer === participant ? 'originator' : undefined), ['by']),
        `${participant}: whoever said it`,
      )
      const open = [
        await text(`${url}/v1/notices`),
        await text(`${url}/v1/notices`, 'x'),
        await text(`${url}/metrics`),
        await text(`${url}/openapi.json`),
        await text(`${url}/readyz`),
      ]
      t.strictSame(shown(held(open.join('\n'))), [], `${participant}: without a token`)
    }
  })

  await t.test('operators follow every notice without content', async (t) => {
    const agencies = Object.keys(info.feeds.agencies)
    const { url, tokens } = info.console
    for (const [role, token] of [
      ...Object.entries(tokens),
      ...Object.entries(info.ncb).map(([p, n]) => [`ncb ${p}`, n.token] as const),
    ]) {
      const some = role === 'viewer' ? notices : notices.slice(0, 3)
      const paths = [
        '/v1/participants',
        '/v1/quarantine',
        ...some.flatMap(({ id }) => [
          `/v1/trace/${id}`,
          ...agencies.map((a) => `/v1/why?notice=${id}&agency=${a}`),
        ]),
      ]
      const answers: string[] = []
      for (const path of paths) answers.push(await text(`${url}${path}`, token))
      t.strictSame(shown(held(answers.join('\n'))), [], role)
      if (role === 'viewer')
        t.ok(
          answers.filter((a) => a.startsWith('200')).length > notices.length * 5,
          'and it does answer',
        )
    }
  })
}
