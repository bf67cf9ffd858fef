import { createPrivateKey, randomUUID, sign, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import type { Answer } from '#test/support/clients.ts'
import { runSystem } from '#test/support/system.ts'

const system = await runSystem(t, 'test-tokens')

export const { info, keys } = system

export type Json = Readonly<Record<string, unknown>>

export type Target = {
  readonly name: string
  readonly url: string
  readonly kid: string
  readonly key: KeyObject
  readonly claims: Json
  /** Routes that take the same tokens. */
  readonly also: readonly { readonly url: string; readonly init: RequestInit }[]
}

const privateKey = async ({ file }: { file: string }): Promise<KeyObject> =>
  createPrivateKey({
    key: JSON.parse(await readFile(file, 'utf8')) as Record<string, string>,
    format: 'jwk',
  })

const feedsClient = info.feeds.agencies['KH-ACD']!.clientId

/** Where tokens are taken, each with the key and claims of a good one. */
export const targets: readonly Target[] = [
  {
    name: 'gateway',
    url: `${info.gateways['TH']!.url}/v1/notices`,
    kid: keys.issuer.TH.kid,
    key: await privateKey(keys.issuer.TH),
    claims: {
      iss: issuerOf('TH'),
      aud: 'gateway-TH',
      sub: 'system',
      agency: 'TH-CCIB',
      scope: 'notices:write notices:read',
    },
    also: [
      {
        url: `${info.gateways['TH']!.url}/v1/notices/${randomUUID()}/reactions`,
        init: {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ issuer: 'TH', reaction: 'useful' }),
        },
      },
      { url: `${info.gateways['TH']!.url}/v1/said/${randomUUID()}`, init: {} },
    ],
  },
  {
    name: 'feeds',
    url: `${info.feeds.url}/v1/feeds/all`,
    kid: keys.access.kid,
    key: await privateKey(keys.access),
    claims: {
      iss: 'switchboard-feeds',
      aud: 'feeds',
      sub: feedsClient,
      client_id: feedsClient,
      agency: 'KH-ACD',
      participant: 'KH',
      purpose: 'criminal-investigation',
      scope: 'feeds:read',
      jti: 'a',
    },
    also: [],
  },
  {
    name: 'console',
    url: `${info.console.url}/v1/participants`,
    kid: keys.session.kid,
    key: await privateKey(keys.session),
    claims: { iss: 'switchboard-console', aud: 'console', sub: 'someone', role: 'admin' },
    also: [],
  },
]

export const now = (): number => Math.floor(Date.now() / 1000)

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

export const header = ({ kid }: Target, more: Json = {}): Json => ({
  alg: 'EdDSA',
  typ: 'at+jwt',
  kid,
  ...more,
})

export const claims = (target: Target, more: Json = {}): Json => ({
  ...target.claims,
  iat: now(),
  exp: now() + 300,
  ...more,
})

/**
 * A token signed with any key, by default the real one, so that only what the test changes can be
 * its fault.
 */
export const token = (
  target: Target,
  head: unknown = header(target),
  body: unknown = claims(target),
  key: KeyObject = target.key,
): string => {
  const input = `${encode(head)}.${encode(body)}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

export const headers = (target: Target): [string, string][] =>
  (
    [
      ['alg of another kind', header(target, { alg: 'RS256' })],
      ['no alg', { typ: 'at+jwt', kid: target.kid }],
      ['alg a list', header(target, { alg: ['EdDSA'] })],
      ['crit with what is not known', header(target, { crit: ['x-policy'], 'x-policy': 'deny' })],
      ['crit with exp', header(target, { crit: ['exp'], exp: 1 })],
      ['crit empty', header(target, { crit: [] })],
      ['crit no list', header(target, { crit: 'b64' })],
      ['b64 false', header(target, { crit: ['b64'], b64: false })],
      ['typ JWT', header(target, { typ: 'JWT' })],
      ['typ of an ID token', header(target, { typ: 'id+jwt' })],
      ['typ of a notice', header(target, { typ: 'notice+sd-jwt' })],
      ['typ of a reply', header(target, { typ: 'reply+jws' })],
      ['no typ', { alg: 'EdDSA', kid: target.kid }],
    ] as [string, Json][]
  ).map(([what, head]) => [what, token(target, head)])

export const seen = ({ status, headers, body }: Answer): object => ({
  status,
  challenge: headers.get('www-authenticate'),
  type: headers.get('content-type'),
  body: { ...body, instance: undefined },
})

export const pool = createPool({
  url: info.database.url,
  max: 1,
  applicationName: 'test',
  log: createLog({ service: 'test', level: 'fatal' }),
})

t.teardown(() => pool.end())

export const limitMs = 5000
