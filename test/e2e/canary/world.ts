import t from 'tap'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { answered, arrived, post } from '#test/support/clients.ts'
import { runSystem } from '#test/support/system.ts'
import { notices, planted, type Field } from './planted.ts'
import { canary, canaryAmount, nationalToken } from './tokens.ts'

export const system = await runSystem(t, 'test-canary', { env: { LOG_LEVEL: 'debug' } })

export const { info, keys } = system

const agencyOf = { TH: 'TH-CCIB', KH: 'KH-ACD', VN: 'VN-C06' } as const

for (const { issuer, body, title, tokens } of notices) {
  const country = issuer as keyof typeof agencyOf
  const person = await nationalToken(keys, country, agencyOf[country], tokens.by!)
  const answer = await post(info, issuer, body, person)
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
  const open = laidOpen(text).toLowerCase().replaceAll('\\', '')
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

/**
 * What is said of a notice of TH that KH holds: a token for each text, the agencies that may hold
 * it at the feeds, and the gateways that may show it. `person` is who said it, by the `sub` of the
 * token.
 */
export const spoken = {
  note: { token: canary(), readers: [], gateways: ['TH'] },
  'amount of a reaction': { token: canaryAmount(), readers: [], gateways: ['TH'] },
  'person of a reaction': { token: canary(), readers: [], gateways: [] },
  'reason of a revocation': {
    token: canary(),
    readers: ['KH-ACD', 'TH-CCIB'],
    gateways: ['TH'],
  },
  'person of a revocation': { token: canary(), readers: ['TH-CCIB'], gateways: [] },
} as const satisfies Record<
  string,
  { token: string; readers: readonly string[]; gateways: readonly string[] }
>

/** What agencies ask of each other: a token for each text, and who may hold it besides. */
export const asks = {
  reason: { token: canary(), readers: ['KH-ACD', 'TH-CCIB'] },
  submission: { token: canary(), readers: ['EXCHANGE-1', 'TH-CCIB'] },
  rehearsal: { token: canary(), readers: [] as string[] },
}

export const askedIn = (text: string): string[] => {
  const open = laidOpen(text).toLowerCase()
  return Object.entries({ ...asks, ...spoken })
    .filter(([, { token }]) => open.includes(token))
    .map(([name]) => name)
    .sort()
}

/** What was asked, submitted and said, once `requests.ts` and `said.ts` have run. */
export const made = { consent: '', submission: '', reacted: '', reaction: '' }
