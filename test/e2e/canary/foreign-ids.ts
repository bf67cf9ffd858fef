import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { admitAgency } from '#core/registry/change.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { call } from '#test/support/clients.ts'
import { until } from '#test/support/until.ts'
import {
  agencyRequests,
  feedRequests,
  gatewayRequests,
  keyAndProposalRequests,
  registryRequests,
  saidRequests,
  type Requests,
} from './requests-with-id.ts'
import { planted } from './planted.ts'
import { info, keys, feeds, pool, json, made } from './world.ts'

const gateway = info.gateways['TH']!.url

/** A second agency of TH, so that another's notices lie in the same gateway's database. */
const admitSecondAgency = async (): Promise<{ token: string }> => {
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
  const scope = 'notices:write notices:read'
  const token = await mintToken(
    keys.issuer.TH,
    { iss: issuerOf('TH'), aud: 'gateway-TH', sub: 'x', agency: 'TH-DSI', scope },
    600,
  )
  await until(
    'the gateway knows the agency',
    async () => (await call(`${gateway}/v1/notices`, token)).status === 200,
  )
  return { token }
}

/** The id of a proposal that concerns TH and waits. */
const proposeGrant = async (): Promise<string> => {
  const grant = { rights: ['read'], purposes: ['victim-rescue'] }
  const { status, body } = await call(
    `${info.console.url}/v1/participants/TH/grant`,
    info.console.tokens.operator,
    { method: 'PUT', headers: json, body: JSON.stringify({ grant, why: 'test' }) },
  )
  if (status !== 202) throw new Error(`the grant is not proposed: ${JSON.stringify(body)}`)
  return String(body['id'])
}

/** A topic is no id; a reaction is always 202, whatever its notice (`main-job/reactions.ts`). */
const withoutForeignIds = ['feeds GET /v1/feeds/{topic}', 'gateway POST /v1/notices/{id}/reactions']

/** Every route of the services that has an id in its path, by their OpenAPI documents. */
const routesWithId = async (): Promise<string[]> => {
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
  return routes.flat().filter((route) => !withoutForeignIds.includes(route))
}

const withoutInstance = ({ status, body }: { status: number; body: object }): object => ({
  status,
  body: { ...body, instance: '' },
})

/** Asks by one route for each foreign id and compares with what an absent id is answered. */
const checkAsAbsent = async (
  t: Test,
  route: string,
  [foreign, absentId, who, body]: Requests[string],
): Promise<void> => {
  const [, method = '', path = ''] = route.split(' ')
  const [before = ''] = path.split('{', 1)
  const after = path.slice(path.lastIndexOf('}') + 1)
  const at = (id: string): string =>
    id.includes('?') ? `${before}${id.replace('?', `${after}?`)}` : `${before}${id}${after}`
  for (const send of who) {
    const absent = await send(at(absentId), method, body)
    t.ok(
      absent.status === 404 || (absent.status === 403 && route.startsWith('console')),
      `${route}: absent is ${absent.status} ${JSON.stringify(absent.body)}`,
    )
    for (const id of foreign)
      t.strictSame(
        withoutInstance(await send(at(id), method, body)),
        withoutInstance(absent),
        `${route}: ${id}`,
      )
  }
}

export const foreignIds = async (t: Test): Promise<void> => {
  const mine = planted[0]!

  const foreign = planted
    .filter(
      (p) =>
        p.issuer === 'TH' &&
        p.readers['JP-NPA'] === undefined &&
        p.readers['EXCHANGE-1'] === undefined,
    )
    .map((p) => p.id)

  await t.test(
    'a foreign id in any request is answered as one that is not there: 404, the same body',
    async (t) => {
      t.ok(foreign.length >= 10)
      const { token } = await admitSecondAgency()
      const { kid } = info.keys['TH'] as { kid: string }
      const { id: _id, ...next } = mine.body as { id: string }
      const requests: Requests = {
        ...gatewayRequests(gateway, token, foreign, next),
        ...saidRequests(gateway, token, foreign),
        ...feedRequests(foreign),
        ...registryRequests(mine.id),
        ...agencyRequests,
        ...keyAndProposalRequests(kid, await proposeGrant()),
      }
      t.strictSame(
        Object.keys(requests).sort(),
        (await routesWithId()).sort(),
        'every request with an id in its path is here',
      )
      for (const [route, request] of Object.entries(requests))
        await checkAsAbsent(t, route, request)
    },
  )

  await t.test('no request with a foreign id has changed anything', async (t) => {
    for (const id of foreign)
      t.match((await call(`${gateway}/v1/notices/${id}`, info.gateways['TH']!.token)).body, {
        version: 1,
        noticeStatus: 'active',
      })
    for (const [path, agency] of [
      [`/v1/consent-requests/${made.consent}`, 'KH-ACD'],
      [`/v1/submissions/${made.submission}`, 'EXCHANGE-1'],
    ] as const)
      t.match((await call(`${feeds}${path}`, info.feeds.agencies[agency]!.token)).body, {
        status: 'waiting',
      })
  })

  await t.test('why is not an NCB’s, whatever the id', async (t) => {
    const [there, gone] = await Promise.all(
      [mine.id, randomUUID()].map((id) =>
        call(`${info.console.url}/v1/why?notice=${id}&agency=KH-ACD`, info.ncb['KH']!.token),
      ),
    )
    t.equal(there!.status, 403)
    t.strictSame(withoutInstance(there!), withoutInstance(gone!))
  })

  await t.test('a foreign id is no cursor of a list', async (t) => {
    for (const path of ['consent-requests', 'submissions'])
      for (const after of [made.consent, made.submission, randomUUID()])
        t.match(
          await call(`${feeds}/v1/${path}?after=${after}`, info.feeds.agencies['VN-C06']!.token),
          { status: 400, body: { code: 'request/bad-cursor' } },
          `${path} after a foreign id`,
        )
  })
}
