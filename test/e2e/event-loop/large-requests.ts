import { randomUUID } from 'node:crypto'
import type { SystemFile } from '#deploy/local/demo/system-file.ts'
import { phone } from '#test/support/notices.ts'

/** A request that makes a service compute much. `ask` resolves when it is answered to the end. */
export type Large = {
  readonly name: string
  readonly service: string
  readonly ask: () => Promise<unknown>
}

const MiB = 1024 * 1024
const green = 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'
const csvHeader = 'kind,number,role,offences,tlp,narrative\n'
/** The longest narrative, in letters of three bytes. */
const thai = 'ก'.repeat(20_000)

const times = <T>(count: number, of: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => of(i))

const bundle = (objects: readonly object[]): string =>
  JSON.stringify({ type: 'bundle', id: `bundle--${randomUUID()}`, objects })

const bundles = {
  'many objects': bundle(
    times(5000, (i) => ({
      type: 'phone-number',
      value: `+668${10_000_000 + i}`,
      description: 'x'.repeat(1500),
      object_marking_refs: [green],
      labels: ['job-scam'],
    })),
  ),
  'one long text': JSON.stringify({ a: 'x'.repeat(15 * MiB) }),
  'one large object': bundle([
    { type: 'phone-number', value: '1', description: 'x'.repeat(15 * MiB) },
  ]),
  'large objects': bundle(
    times(60, () => ({ type: 'phone-number', value: '1', description: 'x'.repeat(250_000) })),
  ),
  'empty objects': bundle(times(30_000, () => ({ type: 'indicator' }))),
}

const manyRows = 1200

const csvs = {
  'many rows': times(
    manyRows,
    (i) => `phone-number,+668${20_000_000 + i},displayed,job-scam,GREEN,${randomUUID()}\n`,
  ).join(''),
  'one long line': 'x'.repeat(15 * MiB),
  'wide rows': times(30, () => `${','.repeat(250_000)}\n`).join(''),
  'empty lines': '\n'.repeat(1_000_000),
  'a quote that stays open': `"${'\n'.repeat(250_000)}`,
  'late quotes': times(4, () => `"${'a\n'.repeat(120_000)}"x\n`).join(''),
  'long lists': times(
    10,
    () => `phone-number,+66812345678,displayed,${'a;'.repeat(100_000)},GREEN,\n`,
  ).join(''),
}

/** Bodies of a quarter of a mebibyte. */
const bodies = {
  'one long text': JSON.stringify(phone({ narrative: 'x'.repeat(255_000) })),
  escapes: `{"narrative":"${'\\n'.repeat(125_000)}"}`,
  numbers: `{"offences":[${'1,'.repeat(127_000)}1]}`,
  texts: `{"offences":[${'"a",'.repeat(60_000)}"a"]}`,
  objects: `{"links":[${'{},'.repeat(80_000)}{}]}`,
  arrays: `{"links":[${'[],'.repeat(80_000)}[]]}`,
  members: `{${times(20_000, (i) => `"m${i}":1`).join()}}`,
}

const large = times(120, () =>
  JSON.stringify({
    ...phone({ narrative: `${randomUUID().slice(0, 8)}${thai.slice(8)}` }),
    handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
  }),
).join('\n')

/** Of each sort of file or body, those that compute the longest in one piece. */
const representatives = new Set(['many objects', 'many rows', 'long lists', 'members'])

const atGateway = (info: SystemFile, all: boolean): Large[] => {
  const some = (table: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(table).filter(([name]) => all || representatives.has(name))
  const { url, token } = info.gateways['TH']!
  const headers = { authorization: `Bearer ${token}` }
  const send = (path: string, type: string, body: string) => (): Promise<unknown> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body,
    }).then((answer) => answer.arrayBuffer())
  const get = (path: string) => (): Promise<unknown> =>
    fetch(`${url}${path}`, { headers }).then((answer) => answer.arrayBuffer())
  const dry = '/v1/notices/import?dryRun=true'
  const requests: [string, () => Promise<unknown>][] = [
    ...some(bundles).map(([name, body]): [string, () => Promise<unknown>] => {
      const stix = send(dry, 'application/stix+json', body)
      return [`two STIX imports at once: ${name}`, () => Promise.all([stix(), stix()])]
    }),
    ...some(csvs).map(([name, rows]): [string, () => Promise<unknown>] => [
      `CSV: ${name}`,
      send(dry, 'text/csv', csvHeader + rows),
    ]),
    ['CSV: a header of many columns', send(dry, 'text/csv', `${'x,'.repeat(125_000)}\n`)],
    ...some(bodies).flatMap(([name, body]): [string, () => Promise<unknown>][] => [
      [`NDJSON: ${name}`, send(dry, 'application/x-ndjson', `${body}\n`.repeat(20))],
      [`POST: ${name}`, send('/v1/notices', 'application/json', body)],
      [`rehearsal: ${name}`, send('/v1/notices/rehearse', 'application/json', body)],
    ]),
    ['CSV that is stored', send('/v1/notices/import', 'text/csv', csvHeader + csvs['many rows'])],
    ['large notices that are stored', send('/v1/notices/import', 'application/x-ndjson', large)],
    ['a list of notices', get('/v1/notices?limit=500')],
    ['a list of large notices', get(`/v1/notices?limit=500&after=${manyRows}`)],
    ['the description of the interface', get('/openapi.json')],
  ]
  return requests.map(([name, ask]) => ({ name: `gateway: ${name}`, service: 'gateway-TH', ask }))
}

/** Everything of a feed, page by page. */
const wholeFeed = async ({ feeds }: SystemFile, accept: string): Promise<void> => {
  const authorization = `Bearer ${feeds.agencies['KH-ACD']!.token}`
  for (let after = ''; ;) {
    const answer = await fetch(`${feeds.url}/v1/feeds/all?limit=500${after}`, {
      headers: { authorization, accept },
    })
    const [, next, end] = /"next":"([^"]+)","end":(true|false)/.exec(
      (await answer.text()).slice(-100),
    )!
    if (end === 'true') return
    after = `&after=${next}`
  }
}

/** `all`: every file and body that is known to compute much, and not some of each sort. */
export const largeRequests = (info: SystemFile, all: boolean): Large[] => [
  ...atGateway(info, all),
  ...['application/json', 'application/x-ndjson'].map((accept) => ({
    name: `feeds: pages as ${accept}`,
    service: 'feeds',
    ask: () => wholeFeed(info, accept),
  })),
  ...(['feeds', 'console'] as const).map((service) => ({
    name: `${service}: the description of the interface`,
    service,
    ask: () => fetch(`${info[service].url}/openapi.json`).then((answer) => answer.arrayBuffer()),
  })),
]
