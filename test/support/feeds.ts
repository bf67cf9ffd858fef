import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import type { Test } from 'tap'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import type { PublicJwk, Registry } from '#core/registry/registry.ts'
import {
  admitAgency,
  admitParticipant,
  enrolKey,
  setClient,
  setGroup,
  type RegistryChange,
} from '#core/registry/change.ts'
import { hashSecret } from '#runtime/keys/client-secret.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { readConfig } from '#runtime/process/config.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics, type Metrics } from '#runtime/process/metrics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { appendBatch } from '#store/log/append.ts'
import type { Answer, Intake } from '#store/log/intake.ts'
import { migrations } from '#store/migrations.ts'
import { changeRegistry, loadRegistry } from '#store/registry/registry.ts'
import { feedsConfig } from '../../services/feeds/config.ts'
import { startFeeds } from '../../services/feeds/start.ts'
import { call, type FeedEntry } from './clients.ts'
import { freshDatabase } from './database.ts'
import { intakeOf } from './intakes.ts'
import { matchKey } from './match-key.ts'
import { until } from './until.ts'

export type FeedsProcess = {
  readonly url: string
  readonly metrics: Metrics
  readonly close: () => Promise<void>
}
export type Content = Record<string, unknown> & { readonly id: string }
export type Version = {
  readonly content: Content
  readonly issuer?: string
  readonly version?: number
  readonly status?: 'active' | 'revoked'
}

/** One secret for all test clients: hashing is slow on purpose. */
export const clientSecret = randomBytes(32).toString('base64url')

const allPurposes = ['criminal-investigation', 'crime-prevention', 'victim-rescue'] as const
const rights = ['read', 'lookup', 'submit'] as const

const population = (secretHash: string, key: PublicJwk, kid: string): RegistryChange[] => {
  const agency = (id: string, participant: string, more: object = {}): RegistryChange =>
    admitAgency({
      id,
      participant,
      name: id,
      rights: [...rights],
      purposes: [...allPurposes],
      roles: [],
      ...more,
    })
  const client = (
    agency: string,
    id = agency.toLowerCase(),
    purpose: (typeof allPurposes)[number] = 'criminal-investigation',
  ): RegistryChange => setClient({ id, agency, purpose, secretHash })
  return [
    ...['TH', 'KH', 'VN'].map((id) => admitParticipant({ id, name: id, type: 'member' })),
    admitParticipant({ id: 'JP', name: 'JP', type: 'dialogue-partner' }),
    admitParticipant({
      id: 'EXCHANGE-1',
      name: 'EXCHANGE-1',
      type: 'corporate-partner',
      attachedTo: 'TH',
    }),
    agency('TH-CCIB', 'TH', { rights: [...rights, 'case'] }),
    agency('KH-ACD', 'KH'),
    agency('VN-C06', 'VN', { rights: [...rights, 'strict', 'case'] }),
    agency('JP-NPA', 'JP'),
    agency('EXCHANGE-1', 'EXCHANGE-1'),
    setGroup('MEKONG', 'Mekong', ['TH', 'KH']),
    enrolKey({ kid, owner: 'TH', purpose: 'notice', jwk: key }),
    ...['TH-CCIB', 'KH-ACD', 'VN-C06', 'JP-NPA', 'EXCHANGE-1'].map((id) => client(id)),
    client('KH-ACD', 'kh-rescue', 'victim-rescue'),
  ]
}

/**
 * Puts the clock of the log at a time, in microseconds. It stands there, so that no minute is over
 * but when a test says so.
 */
const clockAt = async (pool: Pool, at: number): Promise<void> =>
  void (await pool.query(
    `create or replace function log_clock() returns bigint language sql stable as $$
      select ${at}::bigint $$`,
  ))

/**
 * A hub's database with its registry, and functions that write to its log as the hub does, without
 * Kafka.
 */
export const createFeedsWorld = async (t: Test) => {
  const databaseUrl = await freshDatabase(t)
  const log = createLog({
    service: 'test',
    level: (process.env['LOG_LEVEL'] ?? 'fatal') as 'fatal',
  })
  const pool: Pool = createPool({
    url: databaseUrl,
    max: 4,
    statementTimeoutMs: 30_000,
    applicationName: 'test',
    log,
  })
  t.teardown(() => pool.end())
  await migrate(pool, migrations, { component: 'hub' })
  await clockAt(pool, nowMicros())
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const signer = createSigner(privateKey)
  const { x } = publicKey.export({ format: 'jwk' })
  const change = (...changes: RegistryChange[]): Promise<Registry> =>
    changeRegistry(pool, { who: 'test', why: 'test' }, changes)
  await change(
    ...population(
      await hashSecret(clientSecret),
      { kty: 'OKP', crv: 'Ed25519', x: x! },
      signer.kid,
    ),
  )
  const files = await keyFiles(t)
  return {
    databaseUrl,
    pool,
    publicKey,
    cursorKeyFile: files.cursor,
    change,
    clockAt: (at: number) => clockAt(pool, at),
    settled: (processes: readonly FeedsProcess[]) => settled(pool, processes),
    /** Logs versions, however many a notice has. */
    append: (versions: readonly Version[]) => append(pool, signer, versions),
    start: (settings: Record<string, string> = {}) => start(t, { databaseUrl, ...files }, settings),
  }
}

const keyFiles = async (t: Test): Promise<{ access: string; cursor: string }> => {
  const folder = await mkdtemp(join(tmpdir(), 'feeds-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const access = join(folder, 'access.jwk')
  const cursor = join(folder, 'cursor')
  await writeFile(
    access,
    JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
    { mode: 0o600 },
  )
  await writeFile(cursor, randomBytes(32).toString('base64url'), { mode: 0o600 })
  return { access, cursor }
}

/** One feeds process, in this one, on a free port. */
const start = async (
  t: Test,
  on: { databaseUrl: string; access: string; cursor: string },
  settings: Record<string, string>,
): Promise<FeedsProcess> => {
  const env = {
    DATABASE_URL: on.databaseUrl,
    ACCESS_TOKEN_KEY_FILE: on.access,
    CURSOR_KEY_FILE: on.cursor,
    PORT: '0',
    TAIL_POLL_MS: '100',
    REGISTRY_POLL_MS: '100',
    LEDGER_FLUSH_MS: '50',
    TOKEN_REQUESTS_PER_MINUTE: '1000',
    REQUESTS_PER_MINUTE: '1000000',
    // a test puts the clock of minutes where it wants it
    CLOCK_TOLERANCE_MS: '86400000',
    ...settings,
  }
  const metrics = createMetrics('feeds')
  const running = await startFeeds(readConfig(env, feedsConfig), {
    log: createLog({ service: 'feeds', level: (process.env['LOG_LEVEL'] ?? 'fatal') as 'fatal' }),
    metrics,
  })
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= running.close())
  t.teardown(close)
  return { url: running.url!, metrics, close }
}

const unbounded = { maxVersions: 1e6, versionsPerHour: 1e6 }

/** Logs versions as the hub's intake does; answers the receipts. */
const append = async (
  pool: Pool,
  signer: Parameters<typeof buildEnvelope>[1],
  versions: readonly Version[],
): Promise<readonly Answer[]> => {
  const registry = await loadRegistry(pool)
  const intakes: Intake[] = []
  for (const { content, issuer = 'TH', version = 1, status = 'active' } of versions) {
    const { envelope } = await buildEnvelope(
      {
        issuer,
        audience: 'switchboard-hub',
        version,
        status,
        issuedAt: Math.floor(Date.now() / 1000),
        content: { by: { person: 'p-7', agency: content['agency'] }, ...content },
      },
      signer,
      randomBytes,
    )
    const more = { issuer, version, status, registryVersion: registry.version }
    intakes.push(intakeOf(envelope, content, more))
  }
  return (await appendBatch(pool, matchKey, intakes, unbounded)).answers
}

/** A phone notice of TH-CCIB that KH may see. */
export const forKh = (more: Record<string, unknown> = {}): Content => ({
  id: randomUUID(),
  kind: 'phone-number',
  subject: { number: '+66812345678' },
  offences: ['investment-scam'],
  agency: 'TH-CCIB',
  handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
  ...more,
})

export const token = async (feeds: FeedsProcess, client: string): Promise<string> => {
  const answer = await call(`${feeds.url}/oauth/token`, undefined, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client,
      client_secret: clientSecret,
    }),
  })
  if (answer.status !== 200)
    throw new Error(`no token for ${client}: ${JSON.stringify(answer.body)}`)
  return answer.body['access_token'] as string
}

export type Page = { readonly entries: FeedEntry[]; readonly next: string; readonly end: boolean }

/** Reads feeds of a process as an agency. */
export const feedReader = (tokenOf: (agency: string) => string) => {
  const read = async (
    feeds: FeedsProcess,
    agency: string,
    query: Record<string, string> = {},
    topic = 'all',
  ): Promise<Page> => {
    const answer = await call(
      `${feeds.url}/v1/feeds/${topic}?${new URLSearchParams(query).toString()}`,
      tokenOf(agency),
    )
    if (answer.status !== 200)
      throw new Error(`${agency} ${topic}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body as unknown as Page
  }
  const readAll = async (
    feeds: FeedsProcess,
    agency: string,
    query: Record<string, string> = {},
    topic = 'all',
  ): Promise<{ entries: FeedEntry[]; next: string }> => {
    const entries: FeedEntry[] = []
    for (let after = query['after'] ?? ''; ;) {
      const page = await read(feeds, agency, { ...query, ...(after && { after }) }, topic)
      entries.push(...page.entries)
      if (page.end) return { entries, next: page.next }
      if (page.next === after) throw new Error('a page that is not the end must go on')
      after = page.next
    }
  }
  return { read, readAll }
}

const headOf = async ({ metrics }: FeedsProcess): Promise<number | undefined> =>
  (await metrics.registry.getSingleMetric('switchboard_tail_head')!.get()).values[0]?.value

/** Waits until these processes have seen all that is logged. */
const settled = async (pool: Pool, processes: readonly FeedsProcess[]): Promise<void> => {
  const { rows } = await pool.query<{ head: number }>(
    'select next_index - 1 as head from sequencer',
  )
  for (const process of processes)
    await until('the log is followed', async () => (await headOf(process)) === rows[0]!.head)
}
