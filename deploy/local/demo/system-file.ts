import { rename, writeFile } from 'node:fs/promises'
import type { KafkaSettings } from '#runtime/kafka/security.ts'
import type { SecuredKafka } from '../kafka/secured.ts'
import type { Pids } from '../processes/supervisor.ts'
import type { DemoKeys } from './keys.ts'
import { mintToken } from './national-tokens.ts'
import { demoAgencies, demoGateways, demoParticipants } from './registry.ts'

/** What an outside client needs to use the system: `.switchboard/demo.json`. */
export type SystemFile = {
  readonly gateways: Readonly<Record<string, { url: string; token: string }>>
  readonly feeds: {
    url: string
    agencies: Record<string, { token: string; clientId: string; clientSecret: string }>
  }
  readonly console: { url: string; tokens: { viewer: string; operator: string; admin: string } }
  readonly ncb: Readonly<Record<string, { token: string }>>
  readonly kafka: { brokers: readonly string[]; admin?: KafkaSettings }
  readonly database: { url: string }
  readonly keys: Readonly<Record<string, object>>
  readonly pids: Pids
}

type DemoGateway = (typeof demoGateways)[number]

export const issuerOf = (participant: string): string =>
  `https://id.police.${participant.toLowerCase()}.example`

/** The system file without the process ids. */
export const describeSystem = async (
  options: {
    readonly tokenSeconds: number
    readonly brokers: readonly string[]
    readonly secured?: SecuredKafka
  },
  keys: DemoKeys,
  ports: Record<string, number>,
  hubDatabase: string,
): Promise<Omit<SystemFile, 'pids'>> => {
  const url = (name: string): string => `http://127.0.0.1:${ports[name]}`
  const life = options.tokenSeconds
  const operator = (role: string): Promise<string> => operatorToken(keys, role, life)
  return {
    gateways: await entries(demoGateways, async (p) => ({
      url: url(`gateway-${p}`),
      token: await gatewayToken(keys, p, life),
    })),
    feeds: { url: url('feeds'), agencies: await agencyTokens(keys, url('feeds')) },
    console: {
      url: url('console'),
      tokens: {
        viewer: await operator('viewer'),
        operator: await operator('operator'),
        admin: await operator('admin'),
      },
    },
    ncb: await entries(
      demoParticipants.filter((p) => p.type !== 'corporate-partner').map((p) => p.id),
      async (participant) => ({ token: await operatorToken(keys, 'ncb', life, { participant }) }),
    ),
    kafka: { brokers: options.brokers, ...(options.secured && { admin: options.secured.admin }) },
    database: { url: hubDatabase },
    keys: {
      ...Object.fromEntries(demoGateways.map((p) => [p, publicJwk(keys.notice[p])])),
      'hub.reply': publicJwk(keys.reply),
      'hub.checkpoint': publicJwk(keys.checkpoint),
    },
  }
}

const gatewayToken = (keys: DemoKeys, p: DemoGateway, seconds: number): Promise<string> =>
  mintToken(
    keys.issuer[p],
    {
      iss: issuerOf(p),
      aud: `gateway-${p}`,
      sub: `system@${issuerOf(p).slice(8)}`,
      agency: demoAgencies.find((a) => a.participant === p)!.id,
      scope: 'notices:write notices:read',
    },
    seconds,
  )

const operatorToken = (
  keys: DemoKeys,
  role: string,
  seconds: number,
  more: object = {},
): Promise<string> =>
  mintToken(
    keys.session,
    { iss: 'switchboard-console', aud: 'console', sub: `${role}@demo`, role, ...more },
    seconds,
  )

const agencyTokens = async (
  { clients }: DemoKeys,
  feedsUrl: string,
): Promise<SystemFile['feeds']['agencies']> =>
  Object.fromEntries(
    await Promise.all(
      clients.map(async ({ agency, id, secret }) => {
        const token = await clientToken(feedsUrl, id, secret)
        return [agency, { token, clientId: id, clientSecret: secret }] as const
      }),
    ),
  )

const publicJwk = ({ jwk, kid }: { jwk: object; kid: string }): object => ({ ...jwk, kid })

const entries = async <K extends string, V>(
  names: readonly K[],
  make: (name: K) => Promise<V>,
): Promise<Record<K, V>> =>
  Object.fromEntries(
    await Promise.all(names.map(async (n) => [n, await make(n)] as const)),
  ) as Record<K, V>

/** RFC 6749 §4.4, as any agency does it. */
export const clientToken = async (
  feedsUrl: string,
  id: string,
  secret: string,
): Promise<string> => {
  const response = await fetch(`${feedsUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secret,
    }),
  })
  if (!response.ok)
    throw new Error(`no token for ${id}: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { access_token: string }).access_token
}

/**
 * Writes complete files only, one after the other, the newest last: a reader never sees half a
 * file.
 */
export const serialWriter = (file: string): ((content: object) => Promise<void>) => {
  let last = Promise.resolve()
  return (content) =>
    (last = last.then(async () => {
      await writeFile(`${file}.part`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 })
      await rename(`${file}.part`, file)
    }))
}
