import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { call } from '#test/support/clients.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'
import {
  info,
  notices,
  laidOpen,
  held,
  shown,
  text,
  feeds,
  type Field,
  type Planted,
} from './world.ts'

export const reads = async (t: Test): Promise<void> => {
  /**
   * What a reader may hold of a notice: `most` is without case reference and contact, `clear` what
   * is not disclosed apart.
   */
  const fieldsOf: Readonly<Record<'all' | 'most' | 'clear', readonly Field[]>> = {
    all: ['subject', 'narrative', 'holder', 'caseReference', 'contact', 'conditions'],
    most: ['subject', 'narrative', 'holder', 'conditions'],
    clear: ['subject', 'conditions'],
  }

  const due = (readersOf: (p: Planted) => 'all' | 'most' | 'clear' | undefined): string[] =>
    shown(
      new Map(
        notices.flatMap((p) => {
          const share = readersOf(p)
          const fields =
            share === undefined ? [] : fieldsOf[share].filter((f) => p.tokens[f] !== undefined)
          return fields.length === 0 ? [] : [[p.title, new Set(fields)] as const]
        }),
      ),
    )

  const topics = ['all', 'wallet-address', 'bank-account', 'phone-number']

  for (const [agency, { token }] of Object.entries(info.feeds.agencies)) {
    await t.test(
      `${agency} holds, by every channel of the feeds, what the table says and no more`,
      async (t) => {
        const expected = due((p) => p.readers[agency])
        const pages = await Promise.all(
          topics.map((topic) => text(`${feeds}/v1/feeds/${topic}?limit=500`, token)),
        )
        t.strictSame(shown(held(pages.join('\n'))), expected, 'pages')
        t.strictSame(
          shown(
            held(
              await text(`${feeds}/v1/feeds/all?limit=500`, token, {
                headers: { accept: 'application/x-ndjson' },
              }),
            ),
          ),
          expected,
          'NDJSON',
        )
        let small = ''
        for (let after = '', end = false; !end;) {
          const page = await call(
            `${feeds}/v1/feeds/all?limit=3${after && `&after=${after}`}`,
            token,
          )
          small += JSON.stringify(page.body)
          ;({ next: after, end } = page.body as { next: string; end: boolean })
        }
        t.strictSame(shown(held(small)), expected, 'pages of three, cursors with them')
        const stream = await openStream(`${feeds}/v1/feeds/all`, token)
        await until(
          'the stream has what is due',
          () => shown(held(JSON.stringify(stream.events))).length >= expected.length,
          10_000,
        )
        await delay(300) // for what must not come
        stream.close()
        t.strictSame(shown(held(JSON.stringify(stream.events))), expected, 'SSE')
        const byId = await Promise.all(
          notices.map(({ id }) => text(`${feeds}/v1/notices/${id}`, token)),
        )
        t.strictSame(shown(held(byId.join('\n'))), expected, 'by id')
        const everything = [...pages, small, ...byId].join('\n')
        if (agency !== 'TH-CCIB' && agency !== 'KH-ACD' && agency !== 'VN-C06')
          t.notMatch(
            laidOpen(everything),
            /"release"/,
            'release is shown to nobody but the originator',
          )
      },
    )
  }

  await t.test('errors tell no more: other methods, cursors, issuers and parameters', async (t) => {
    const { token } = info.feeds.agencies['EXCHANGE-1']!
    const cursor = (
      (await call(`${feeds}/v1/feeds/all?limit=1`, info.feeds.agencies['TH-CCIB']!.token)).body as {
        next: string
      }
    ).next
    const answers = await Promise.all(
      [
        `${feeds}/v1/feeds/all?after=${cursor}`,
        `${feeds}/v1/feeds/all?limit=0`,
        `${feeds}/v1/feeds/nothing`,
        `${feeds}/v1/feeds/all?after=x`,
        ...notices.flatMap(({ id }) => [
          `${feeds}/v1/notices/${id}?issuer=VN`,
          `${feeds}/v1/notices/${id}?issuer=TH&x=1`,
        ]),
      ].map((url) => text(url, token)),
    )
    t.strictSame(shown(held(answers.filter((a) => !a.startsWith('200')).join('\n'))), [])
    const foreign = await call(`${feeds}/v1/feeds/all?after=${cursor}`, token)
    t.match(
      foreign,
      { status: 400, body: { code: 'request/bad-cursor' } },
      'a cursor is its reader’s alone',
    )
  })

  await t.test('a gateway shows its own agency’s notices only', async (t) => {
    for (const [participant, { url, token }] of Object.entries(info.gateways)) {
      const answers = [
        await text(`${url}/v1/notices?limit=500`, token),
        ...(await Promise.all(notices.map(({ id }) => text(`${url}/v1/notices/${id}`, token)))),
      ]
      t.strictSame(
        shown(held(answers.join('\n'))),
        due((p) => (p.issuer === participant ? 'all' : undefined)),
        participant,
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
