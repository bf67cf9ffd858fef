import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { commonNeverList, neverListOf } from '#core/identifiers/never-list.ts'
import type { Micros, PublicJwk } from '#core/registry/registry.ts'
import { schemaVersions } from '#core/schema/versions.ts'
import type { Signer } from '#core/signing/keys.ts'
import type { Answer } from '#store/log/intake.ts'
import { migrations } from '#store/migrations.ts'
import { importRegistry } from '#store/registry/import.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import type { Test } from 'tap'
import { rightClock } from '#test/support/clock.ts'
import { freshDatabase } from '#test/support/database.ts'
import { matchKey } from '#test/support/match-key.ts'
import { check, takeIn, type IntakeDeps } from '../../../services/hub/intake/intake.ts'
import { logReads } from '../../../services/hub/intake/log-reads.ts'
import { createIntakeMetrics } from '../../../services/hub/metrics.ts'

export const countries = ['TH', 'KH'] as const

export type Country = (typeof countries)[number]

export type Sent = { readonly topic: string; readonly text: string }

export type World = {
  readonly signers: Readonly<Record<Country, Signer>>
  /** Takes in records as the hub does, in this order; the answer to each. */
  readonly takeIn: (records: readonly Sent[], ends?: Micros) => Promise<Answer[]>
  /** The texts that the log holds under these ids, as they are given out. */
  readonly logged: (ids: readonly string[]) => Promise<string[]>
}

/** A hub's database with two countries, and the intake of a hub on it. */
export const startWorld = async (t: Test): Promise<World> => {
  const log = createLog({ service: 'test', level: 'silent' })
  const pool = createPool({
    url: await freshDatabase(t),
    max: 4,
    applicationName: 'test',
    log,
  })
  t.teardown(() => pool.end())
  await migrate(pool, migrations, { component: 'hub' })
  const pairs = { TH: generateKeyPairSync('ed25519'), KH: generateKeyPairSync('ed25519') }
  await importRegistry(
    pool,
    { who: 'test', why: 'test' },
    {
      participants: countries.map((id) => ({ id, type: 'member', name: id })),
      agencies: countries.map((id) => ({
        id: `${id}-CCIB`,
        participant: id,
        name: 'CCIB',
        rights: ['read', 'submit'],
        purposes: ['criminal-investigation'],
        roles: [],
      })),
      keys: countries.map((owner) => {
        const { kty, crv, x } = pairs[owner].privateKey.export({ format: 'jwk' })
        return { owner, purpose: 'notice', jwk: { kty, crv, x } as PublicJwk }
      }),
    },
  )
  const registry = await loadRegistry(pool)
  const deps = (contract1Ends: Micros | undefined, answers: Answer[]): IntakeDeps => ({
    pool,
    matchKey,
    clock: rightClock,
    registry: () => registry,
    metrics,
    log,
    rules: {
      neverList: neverListOf(commonNeverList()),
      schemas: schemaVersions,
      ...logReads(pool),
    },
    append: { contract1Ends },
    receipts: { send: async (appended) => void answers.push(...appended.answers) },
  })
  const metrics = createIntakeMetrics(createMetrics('test'))
  return {
    signers: {
      TH: createSigner(pairs.TH.privateKey),
      KH: createSigner(pairs.KH.privateKey),
    },
    takeIn: async (records, ends) => {
      const answers: Answer[] = []
      const given = deps(ends, answers)
      await takeIn(await check(records.map(recordOf), given), given)
      return answers
    },
    logged: async (ids) => {
      const { rows } = await pool.query<{ statement: string; disclosures: string }>(
        `select statement, disclosures from entry where id = any($1::uuid[]) order by index`,
        [ids],
      )
      return rows.map(({ statement, disclosures }) =>
        disclosures === '' ? `${statement}~` : `${statement}~${disclosures}~`,
      )
    },
  }
}

let offset = 0

const recordOf = ({ topic, text }: Sent) => ({
  topic,
  partition: 0,
  offset: String(offset++),
  timestampMs: Date.now(),
  key: randomUUID(),
  value: Buffer.from(text),
  headers: {},
  lag: 0,
})
