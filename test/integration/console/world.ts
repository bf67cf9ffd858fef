import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t from 'tap'
import type { PublicJwk } from '#core/registry/registry.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { readConfig } from '#runtime/process/config.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { mintOperatorToken, type OperatorClaims } from '#runtime/keys/operator-token.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { commonNeverList, neverListOf } from '#core/identifiers/never-list.ts'
import { schemaVersions } from '#core/schema/versions.ts'
import { appendBatch } from '#store/log/append.ts'
import type { Answer } from '#store/log/intake.ts'
import { logReads } from '../../../services/hub/intake/log-reads.ts'
import { insertDeliveries, insertOffers } from '#store/handing-over/ledger.ts'
import { migrations } from '#store/migrations.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { importRegistry } from '#store/registry/import.ts'
import { call, type Answer as HttpAnswer } from '#test/support/clients.ts'
import { freshDatabase } from '#test/support/database.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { matchKey } from '#test/support/match-key.ts'
import { consoleConfig } from '../../../services/console/config.ts'
import { startConsole } from '../../../services/console/start.ts'
import { checkRecord } from '../../../services/hub/intake/check.ts'
import { checkContext } from '../../../services/hub/intake/check-context.ts'

const log = createLog({ service: 'test', level: 'silent' })

const url = await freshDatabase(t)

export const pool = createPool({ url, max: 4, applicationName: 'test', log })

await migrate(pool, migrations, { component: 'hub' })

const keyPair = () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = privateKey.export({ format: 'jwk' }) as unknown as PublicJwk
  return { privateKey, jwk: { kty, crv, x }, signer: createSigner(privateKey) }
}

export const [th, vn, session] = [keyPair(), keyPair(), keyPair()]

const agency = (id: string, participant: string, rights: string[]) => ({
  id,
  participant,
  name: id,
  rights,
  purposes: ['criminal-investigation'],
  roles: [],
})

const imported = await importRegistry(
  pool,
  { who: 'test', why: 'test' },
  {
    participants: [
      ...['TH', 'KH', 'VN'].map((id) => ({ id, type: 'member', name: id })),
      { id: 'JP', type: 'dialogue-partner', name: 'JP' },
      { id: 'EXCHANGE-1', type: 'corporate-partner', name: 'Exchange', attachedTo: 'TH' },
    ],
    agencies: [
      agency('TH-CCIB', 'TH', ['read', 'submit']),
      agency('TH-MUTE', 'TH', ['read']),
      agency('KH-ACD', 'KH', ['read', 'submit']),
      agency('VN-C06', 'VN', ['read', 'submit']),
      agency('JP-NPA', 'JP', ['read']),
      agency('EXCHANGE-1', 'EXCHANGE-1', ['read']),
    ],
    keys: [
      { owner: 'TH', purpose: 'notice', jwk: th.jwk },
      { owner: 'VN', purpose: 'notice', jwk: vn.jwk },
    ],
    clients: [{ id: 'kh-feed', agency: 'KH-ACD', purpose: 'criminal-investigation' }],
  },
)

if (!imported.ok) throw new Error(JSON.stringify(imported.refusals))

const sessionKeyFile = resolve(t.testdir(), 'session.jwk')

await writeFile(sessionKeyFile, JSON.stringify(session.jwk))

export const running = await startConsole(
  readConfig(
    { DATABASE_URL: url, SESSION_KEY_FILE: sessionKeyFile, PORT: '0', REGISTRY_POLL_MS: '100' },
    consoleConfig,
  ),
  {
    log,
    metrics: createMetrics('console'),
    crash: (error) => {
      throw error
    },
  },
)

t.teardown(async () => {
  await running.close()
  await pool.end()
})

const minted = (claims: OperatorClaims) => mintOperatorToken(session.signer, claims, 600)

export const tokens = {
  viewer: await minted({ sub: 'v', role: 'viewer' }),
  operator: await minted({ sub: 'o', role: 'operator' }),
  admin: await minted({ sub: 'a', role: 'admin' }),
  ncbTh: await minted({ sub: 'n', role: 'ncb', participant: 'TH' }),
  ncbNobody: await minted({ sub: 'n', role: 'ncb', participant: 'ZZ' }),
}

export const ask = (
  path: string,
  token: string | undefined = tokens.operator,
): Promise<HttpAnswer> => call(`${running.url}${path}`, token)

/** Does with an envelope on a participant's topic what the hub does. */
export const takeIn = async (
  participant: string,
  envelope: string,
): Promise<{ answer: Answer; batch: number }> => {
  const record = {
    topic: `submitted.${participant}`,
    partition: 0,
    offset: '7',
    timestampMs: Date.now(),
    key: 'k',
    value: Buffer.from(envelope),
    headers: { 'posted-at': '2026-11-24T03:50:12.000001Z' },
    lag: 0,
  }
  const { batch, answers } = await appendBatch(pool, matchKey, [
    await checkRecord(
      record,
      checkContext(await loadRegistry(pool), nowMicros(), {
        neverList: neverListOf(commonNeverList()),
        schemas: schemaVersions,
        ...logReads(pool),
      }),
      (error) => {
        throw error
      },
    ),
  ])
  return { answer: answers[0]!, batch }
}

export const secrets = {
  narrative: 'CANARY-NARRATIVE',
  caseReference: 'CANARY-CASE',
  contact: { name: 'CANARY-CONTACT' },
}

export const notice = phone({
  ...secrets,
  handling: { tlp: 'AMBER', release: { participants: ['KH', 'JP'], partners: ['EXCHANGE-1'] } },
})

export const first = await envelopeOf(th.signer, notice)

export const logged = await takeIn('TH', first.envelope)

type Version = {
  version: number
  status: string
  index: number
  steps: { step: string; at: string | null }[]
  deliveries: object[]
  others: { agency: string; rule: string; mayRead: boolean }[]
}

type Trace = {
  id: string
  notices: { issuer: string; versions: Version[] }[]
  refusals: Record<string, unknown>[]
}

export const trace = async (id: string, query = '', token = tokens.viewer): Promise<Trace> =>
  (await ask(`/v1/trace/${id}${query}`, token)).body as unknown as Trace

export const handOver = async (
  index: number,
  agencyId: string,
  told: 'content' | 'bare' = 'content',
): Promise<void> => {
  const about = {
    participant: agencyId.slice(0, 2),
    agency: agencyId,
    purpose: 'criminal-investigation',
    client: `${agencyId}-feed`,
    channel: 'sse',
    topic: 'all',
    at: nowMicros(),
  }
  const [offer] = await insertOffers(pool, [{ ...about, from: index, to: index }])
  await insertDeliveries(pool, [
    {
      ...about,
      offer: offer!,
      first: index,
      last: index,
      bitmap: Buffer.of(1),
      bare: told === 'bare' ? Buffer.of(1) : null,
      withdrawn: null,
    },
  ])
}
