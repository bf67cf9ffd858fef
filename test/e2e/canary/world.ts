import { randomBytes, randomUUID } from 'node:crypto'
import t from 'tap'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { answered, arrived, post } from '#test/support/clients.ts'
import { runSystem } from '#test/support/system.ts'

export const system = await runSystem(t, 'test-canary', { env: { LOG_LEVEL: 'debug' } })

export const { info, keys } = system

export type Field = 'subject' | 'narrative' | 'holder' | 'caseReference' | 'contact' | 'conditions'

type Readers = Readonly<Record<string, 'all' | 'most' | 'clear'>>

export type Planted = {
  readonly title: string
  readonly issuer: string
  readonly id: string
  readonly body: object
  readonly tokens: Partial<Record<Field, string>>
  readonly readers: Readers
}

const own = { 'TH-CCIB': 'all' } as const

/**
 * Written by hand from the table of the design, never from `decide`: who may hold what, by marking.
 */
const table: readonly [title: string, handling: object, readers: Readers][] = [
  ['RED to an agency', { tlp: 'RED', release: { agencies: ['KH-ACD'] } }, { 'KH-ACD': 'all' }],
  ['RED to nobody', { tlp: 'RED' }, {}],
  [
    'AMBER+STRICT to a country',
    { tlp: 'AMBER+STRICT', release: { participants: ['VN'] } },
    { 'VN-C06': 'most' },
  ],
  [
    'AMBER+STRICT to a country whose agency lacks the right',
    { tlp: 'AMBER+STRICT', release: { participants: ['JP'] } },
    {},
  ],
  ['AMBER to nobody', { tlp: 'AMBER' }, {}],
  ['AMBER to a country', { tlp: 'AMBER', release: { participants: ['KH'] } }, { 'KH-ACD': 'most' }],
  [
    'AMBER to every member',
    { tlp: 'AMBER', release: { participants: ['*'] } },
    { 'KH-ACD': 'most', 'VN-C06': 'most' },
  ],
  [
    'AMBER to a group but one',
    { tlp: 'AMBER', release: { groups: ['MEKONG'], exclude: ['VN'] } },
    { 'KH-ACD': 'most' },
  ],
  [
    'AMBER to an agency of a dialogue partner',
    { tlp: 'AMBER', release: { agencies: ['JP-NPA'] } },
    { 'JP-NPA': 'all' },
  ],
  [
    'AMBER to a corporate partner',
    { tlp: 'AMBER', release: { partners: ['EXCHANGE-1'] } },
    { 'EXCHANGE-1': 'clear' },
  ],
  [
    'AMBER for a purpose no client has',
    { tlp: 'AMBER', purposes: ['victim-rescue'], release: { participants: ['KH', 'VN'] } },
    {},
  ],
  ['GREEN', { tlp: 'GREEN' }, { 'KH-ACD': 'most', 'VN-C06': 'most', 'JP-NPA': 'most' }],
  [
    'GREEN but one',
    { tlp: 'GREEN', release: { exclude: ['KH'] } },
    { 'VN-C06': 'most', 'JP-NPA': 'most' },
  ],
  [
    'GREEN and a corporate partner',
    { tlp: 'GREEN', release: { partners: ['EXCHANGE-1'] } },
    { 'KH-ACD': 'most', 'VN-C06': 'most', 'JP-NPA': 'most', 'EXCHANGE-1': 'clear' },
  ],
  [
    'CLEAR',
    { tlp: 'CLEAR' },
    { 'KH-ACD': 'most', 'VN-C06': 'most', 'JP-NPA': 'most', 'EXCHANGE-1': 'clear' },
  ],
  [
    'CLEAR but one',
    { tlp: 'CLEAR', release: { exclude: ['JP-NPA'] } },
    { 'KH-ACD': 'most', 'VN-C06': 'most', 'EXCHANGE-1': 'clear' },
  ],
]

const canary = (): string => `cnry${randomBytes(12).toString('hex')}`

const plant = (
  title: string,
  issuer: string,
  handling: object,
  readers: Readers,
  kind: 'wallet' | 'account',
): Planted => {
  const id = randomUUID()
  const tokens = {
    narrative: canary(),
    caseReference: canary(),
    contact: canary(),
    ...(kind === 'wallet' ? { subject: randomBytes(20).toString('hex') } : { holder: canary() }),
  } as Planted['tokens']
  const subject =
    kind === 'wallet'
      ? {
          kind: 'wallet-address',
          subject: { address: `0x${tokens.subject}`, chain: 'evm' },
          offences: ['investment-scam'],
        }
      : {
          kind: 'bank-account',
          subject: {
            account: '000-0-12345-6',
            institution: { scheme: 'bic', id: 'KASITHBK' },
            country: 'TH',
            holder: tokens.holder,
          },
          offences: ['money-mule'],
        }
  return {
    title: `${title}, ${kind}`,
    issuer,
    id,
    tokens,
    readers,
    body: {
      id,
      ...subject,
      handling,
      narrative: tokens.narrative,
      caseReference: tokens.caseReference,
      contact: { name: tokens.contact },
    },
  }
}

export const planted: readonly Planted[] = [
  ...table.flatMap(([title, handling, readers]) =>
    (['wallet', 'account'] as const).map((kind) =>
      plant(title, 'TH', handling, { ...readers, ...own }, kind),
    ),
  ),
  plant(
    'of another country, to TH',
    'KH',
    { tlp: 'AMBER', release: { participants: ['TH'] } },
    { 'KH-ACD': 'all', 'TH-CCIB': 'all' },
    'wallet',
  ), // TH-CCIB has the right `case`
  plant('of another country, to nobody', 'VN', { tlp: 'AMBER' }, { 'VN-C06': 'all' }, 'wallet'),
]

// Conditions are shown before they are acknowledged; the rest of the content is not, and the
// subject is of the content.
export const h3 = ((): Planted => {
  const made = plant('GREEN with conditions', 'TH', {}, { ...own }, 'wallet')
  return {
    ...made,
    body: { ...made.body, handling: { tlp: 'GREEN', codes: ['H3'], conditions: 'Call us first.' } },
  }
})()

export const notices = [...planted, h3]

for (const { issuer, body, title } of notices) {
  const answer = await post(info, issuer, body)
  if (answer.status !== 202) throw new Error(`${title}: ${JSON.stringify(answer.body)}`)
}

for (const { issuer, id } of notices) await answered(info, issuer, id, 30_000)

const last = planted.findLast((p) => p.readers['KH-ACD'] !== undefined && p.issuer === 'TH')!

await arrived(info, 'KH-ACD', last.id)

/** Also what is hidden in base64url, twice over, at any alignment a segment can have. */
export const laidOpen = (text: string, depth = 2): string =>
  depth === 0
    ? text
    : [
        text,
        ...[...text.matchAll(/[\w-]{24,}/g)].map(([run]) =>
          laidOpen(Buffer.from(run, 'base64url').toString('latin1'), depth - 1),
        ),
      ].join('\n')

export const held = (text: string): Map<string, Set<Field>> => {
  const open = laidOpen(text).toLowerCase()
  const found = new Map<string, Set<Field>>()
  for (const { title, tokens } of notices) {
    for (const [field, token] of Object.entries(tokens) as [Field, string][])
      if (open.includes(token)) found.set(title, (found.get(title) ?? new Set<Field>()).add(field))
  }
  return found
}

export const shown = (found: ReadonlyMap<string, ReadonlySet<Field>>): string[] =>
  [...found].map(([title, fields]) => `${title}: ${[...fields].sort().join(', ')}`).sort()

export const text = async (
  url: string,
  token?: string,
  init: RequestInit = {},
): Promise<string> => {
  const response = await fetch(url, {
    ...init,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(init.headers as Record<string, string>),
    },
  })
  return `${response.status}\n${JSON.stringify([...response.headers])}\n${await response.text()}`
}

export const feeds = info.feeds.url

export const pool = createPool({
  url: info.database.url,
  max: 1,
  applicationName: 'test',
  log: createLog({ service: 'test', level: 'fatal' }),
})

t.teardown(() => pool.end())

export const json = { 'content-type': 'application/json' }

/** What agencies ask of each other: a token for each text, and who may hold it besides. */
export const asks = {
  reason: { token: canary(), readers: ['KH-ACD', 'TH-CCIB'] },
  submission: { token: canary(), readers: ['EXCHANGE-1', 'TH-CCIB'] },
  rehearsal: { token: canary(), readers: [] as string[] },
}

export const askedIn = (text: string): string[] => {
  const open = laidOpen(text).toLowerCase()
  return Object.entries(asks)
    .filter(([, { token }]) => open.includes(token))
    .map(([name]) => name)
    .sort()
}

/** What was asked and submitted, once `requests.ts` has run. */
export const made = { consent: '', submission: '' }
