import { randomBytes, randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { admitAgency } from '#core/registry/change.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { call } from '#test/support/clients.ts'
import { until } from '#test/support/until.ts'
import { info, keys, planted, feeds, pool, json, made } from './world.ts'

export const foreignIds = async (t: Test): Promise<void> => {
  const clientPaths = [
    'TH/agencies/TH-CCIB/clients/th-ccib-feed',
    'KH/agencies/TH-CCIB/clients/th-ccib-feed',
    'KH/agencies/KH-ACD/clients/th-ccib-feed',
  ]

  await t.test(
    'a foreign id in any request is answered as one that is not there: 404, the same body',
    async (t) => {
      // A second agency of TH, so that another's notices lie in the same gateway's database.
      await changeRegistry(pool, { who: 'test', why: 'test' }, [
        admitAgency({
          id: 'TH-DSI',
          participant: 'TH',
          name: 'TH-DSI',
          rights: ['read', 'submit'],
          roles: [],
          purposes: ['criminal-investigation'],
        }),
      ])
      const dsi = await mintToken(
        keys.issuer.TH,
        {
          iss: issuerOf('TH'),
          aud: 'gateway-TH',
          sub: 'x',
          agency: 'TH-DSI',
          scope: 'notices:write notices:read',
        },
        600,
      )
      const gateway = info.gateways['TH']!.url
      await until(
        'the gateway knows the agency',
        async () => (await call(`${gateway}/v1/notices`, dsi)).status === 200,
      )
      const mine = planted[0]!
      const foreign = planted
        .filter(
          (p) =>
            p.issuer === 'TH' &&
            p.readers['JP-NPA'] === undefined &&
            p.readers['EXCHANGE-1'] === undefined,
        )
        .map((p) => p.id)
      t.ok(foreign.length >= 10)
      const grant = { rights: ['read'], purposes: ['victim-rescue'] }
      const proposal = await call(
        `${info.console.url}/v1/participants/TH/grant`,
        info.console.tokens.operator,
        { method: 'PUT', headers: json, body: JSON.stringify({ grant, why: 'test' }) },
      )
      t.equal(proposal.status, 202, 'a proposal that concerns TH waits')
      const { kid } = info.keys['TH'] as { kid: string }

      type Send = (
        path: string,
        method: string,
        body?: unknown,
      ) => Promise<{ status: number; body: object }>
      const sender =
        (url: string, token: string): Send =>
        (path, method, body) =>
          call(`${url}${path}`, token, {
            method,
            ...(body !== undefined && { body: JSON.stringify(body) }),
            headers: { ...(body !== undefined && json), 'if-match': '"1"' },
          })
      const agencies = (...names: string[]): Send[] =>
        names.map((name) => sender(feeds, info.feeds.agencies[name]!.token))
      const ncb = [sender(info.console.url, info.ncb['KH']!.token)]
      const outside = agencies('JP-NPA', 'EXCHANGE-1')
      const other = agencies('VN-C06', 'JP-NPA')
      const why = { why: 'test' }
      const { id: _id, ...asNext } = mine.body as { id: string }
      /**
       * Every request with an id in its path: what of others it could name, what nobody has, who
       * asks, and with which body.
       */
      const swaps: Readonly<
        Record<
          string,
          readonly [
            foreign: readonly string[],
            absent: string,
            who: readonly Send[],
            body?: unknown,
          ]
        >
      > = {
        'gateway GET /v1/notices/{id}': [foreign, randomUUID(), [sender(gateway, dsi)]],
        'gateway PUT /v1/notices/{id}': [foreign, randomUUID(), [sender(gateway, dsi)], asNext],
        'gateway POST /v1/notices/{id}/revoke': [
          foreign,
          randomUUID(),
          [sender(gateway, dsi)],
          { reason: 'x' },
        ],
        'gateway POST /v1/notices/{id}/confirm': [
          foreign,
          randomUUID(),
          [sender(gateway, dsi)],
          { reason: 'x' },
        ],
        'feeds GET /v1/notices/{id}': [
          [...foreign, ...foreign.map((id) => `${id}?issuer=TH`)],
          randomUUID(),
          outside,
        ],
        'feeds POST /v1/notices/{id}/acknowledge-conditions': [foreign, randomUUID(), outside],
        'feeds POST /v1/notices/{id}/consent-requests': [
          foreign,
          randomUUID(),
          outside,
          { to: ['VN'], reason: 'x' },
        ],
        'feeds GET /v1/consent-requests/{id}': [
          [made.consent],
          randomUUID(),
          agencies('VN-C06', 'JP-NPA', 'EXCHANGE-1'),
        ],
        'feeds POST /v1/consent-requests/{id}/answer': [
          [made.consent],
          randomUUID(),
          agencies('KH-ACD', 'VN-C06', 'JP-NPA', 'EXCHANGE-1'),
          { answer: 'granted', reason: 'x' },
        ],
        'feeds GET /v1/submissions/{id}': [
          [made.submission],
          randomUUID(),
          [...agencies('KH-ACD'), ...other],
        ],
        'feeds POST /v1/submissions/{id}/decide': [
          [made.submission],
          randomUUID(),
          [...agencies('KH-ACD', 'EXCHANGE-1'), ...other],
          { decision: 'declined', reason: 'x' },
        ],
        'console GET /v1/trace/{id}': [[mine.id], randomUUID(), ncb],
        'console GET /v1/participants/{id}': [['TH', 'EXCHANGE-1'], 'XX', ncb],
        'console PUT /v1/participants/{id}/grant': [
          ['TH'],
          'XX',
          ncb,
          { grant: { rights: ['read'], purposes: [] }, ...why },
        ],
        'console POST /v1/participants/{id}/suspend': [['TH'], 'XX', ncb, why],
        'console POST /v1/participants/{id}/reinstate': [['TH'], 'XX', ncb, why],
        'console POST /v1/participants/{id}/withdraw': [['TH'], 'XX', ncb, why],
        'console PUT /v1/groups/{id}': [
          ['ASEAN'],
          'XX',
          ncb,
          { name: 'x', members: ['KH'], ...why },
        ],
        // An agency that is absent would be made by PUT: there it is the participant that is
        // swapped, and what is another's is refused.
        'console PUT /v1/participants/{id}/agencies/{agency}': [
          ['TH/agencies/TH-CCIB', 'TH/agencies/KH-ACD'],
          'XX/agencies/XX-1',
          ncb,
          { name: 'x', rights: ['read'], purposes: ['victim-rescue'], ...why },
        ],
        'console POST /v1/participants/{id}/agencies/{agency}/suspend': [
          ['TH/agencies/TH-CCIB', 'KH/agencies/TH-CCIB', 'TH/agencies/KH-ACD'],
          'KH/agencies/XX-1',
          ncb,
          why,
        ],
        'console POST /v1/participants/{id}/agencies/{agency}/reinstate': [
          ['TH/agencies/TH-CCIB', 'KH/agencies/TH-CCIB', 'TH/agencies/KH-ACD'],
          'KH/agencies/XX-1',
          ncb,
          why,
        ],
        'console PUT /v1/participants/{id}/agencies/{agency}/clients/{client}': [
          ['TH/agencies/TH-CCIB/clients/th-ccib-feed', 'KH/agencies/TH-CCIB/clients/th-ccib-feed'],
          'XX/agencies/XX-1/clients/x',
          ncb,
          { purpose: 'criminal-investigation', ...why },
        ],
        'console POST /v1/participants/{id}/agencies/{agency}/clients/{client}/secret': [
          clientPaths,
          'KH/agencies/KH-ACD/clients/x',
          ncb,
          why,
        ],
        'console POST /v1/participants/{id}/agencies/{agency}/clients/{client}/suspend': [
          clientPaths,
          'KH/agencies/KH-ACD/clients/x',
          ncb,
          why,
        ],
        'console POST /v1/participants/{id}/agencies/{agency}/clients/{client}/reinstate': [
          clientPaths,
          'KH/agencies/KH-ACD/clients/x',
          ncb,
          why,
        ],
        'console GET /v1/keys/{kid}': [[kid], randomBytes(32).toString('base64url'), ncb],
        'console GET /v1/keys/{kid}/logged': [[kid], randomBytes(32).toString('base64url'), ncb],
        'console POST /v1/keys/{kid}/revoke': [
          [kid],
          randomBytes(32).toString('base64url'),
          ncb,
          { reason: 'superseded', ...why },
        ],
        'console GET /v1/proposals/{id}': [[String(proposal.body['id'])], '999999', ncb],
        'console POST /v1/proposals/{id}/approve': [
          [String(proposal.body['id'])],
          '999999',
          ncb,
          why,
        ],
        'console POST /v1/proposals/{id}/reject': [
          [String(proposal.body['id'])],
          '999999',
          ncb,
          why,
        ],
      }
      const services = { gateway, feeds, console: info.console.url }
      const routes = await Promise.all(
        Object.entries(services).map(async ([service, url]) => {
          const { paths } = (await call(`${url}/openapi.json`, undefined)).body as {
            paths: Record<string, object>
          }
          return Object.entries(paths).flatMap(([path, methods]) =>
            path.includes('{')
              ? Object.keys(methods).map((method) => `${service} ${method.toUpperCase()} ${path}`)
              : [],
          )
        }),
      )
      t.strictSame(
        Object.keys(swaps).sort(),
        routes
          .flat()
          .filter((route) => route !== 'feeds GET /v1/feeds/{topic}')
          .sort(),
        'every request with an id in its path is here',
      )

      for (const [route, [theirs, nobodys, who, body]] of Object.entries(swaps)) {
        const [, method = '', path = ''] = route.split(' ')
        const [before = ''] = path.split('{', 1)
        const after = path.slice(path.lastIndexOf('}') + 1)
        const at = (id: string): string =>
          id.includes('?') ? `${before}${id.replace('?', `${after}?`)}` : `${before}${id}${after}`
        for (const send of who) {
          const absent = await send(at(nobodys), method, body)
          t.ok(
            absent.status === 404 || (absent.status === 403 && route.startsWith('console')),
            `${route}: absent is ${absent.status} ${JSON.stringify(absent.body)}`,
          )
          for (const id of theirs) {
            const answer = await send(at(id), method, body)
            t.strictSame(
              { status: answer.status, body: { ...answer.body, instance: '' } },
              { status: absent.status, body: { ...absent.body, instance: '' } },
              `${route}: ${id}`,
            )
          }
        }
      }
      for (const id of foreign)
        t.match(
          (await call(`${gateway}/v1/notices/${id}`, info.gateways['TH']!.token)).body,
          { version: 1, noticeStatus: 'active' },
          'unchanged',
        )
      for (const [path, token] of [
        [`/v1/consent-requests/${made.consent}`, 'KH-ACD'],
        [`/v1/submissions/${made.submission}`, 'EXCHANGE-1'],
      ] as const) {
        t.match(
          (await call(`${feeds}${path}`, info.feeds.agencies[token]!.token)).body,
          { status: 'waiting' },
          'unchanged',
        )
      }
      const [there, gone] = await Promise.all(
        [mine.id, randomUUID()].map((id) =>
          call(`${info.console.url}/v1/why?notice=${id}&agency=KH-ACD`, info.ncb['KH']!.token),
        ),
      )
      t.strictSame(
        [there!.status, { ...there!.body, instance: '' }],
        [403, { ...gone!.body, instance: '' }],
        'why is not an NCB’s, whatever the id',
      )
      for (const [path, agency] of [
        ['consent-requests', 'VN-C06'],
        ['submissions', 'VN-C06'],
      ] as const) {
        for (const after of [made.consent, made.submission, randomUUID()]) {
          t.match(
            await call(`${feeds}/v1/${path}?after=${after}`, info.feeds.agencies[agency]!.token),
            { status: 400, body: { code: 'request/bad-cursor' } },
            `${path} after a foreign id`,
          )
        }
      }
    },
  )
}
