import { createHash, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { commonNeverList, neverListOf } from '#core/identifiers/never-list.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import type { SchemaVersions } from '#core/schema/versions.ts'
import type { InRecord } from '#runtime/kafka/message-log.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import type { Answer } from '#store/log/intake.ts'
import { migrations } from '#store/migrations.ts'
import { logReads } from '../../../services/hub/intake/log-reads.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { importRegistry } from '#store/registry/import.ts'
import { rightClock } from '#test/support/clock.ts'
import { freshDatabase } from '#test/support/database.ts'
import { matchKey } from '#test/support/match-key.ts'
import { check, takeIn, type IntakeDeps } from '../../../services/hub/intake/intake.ts'
import { createIntakeMetrics } from '../../../services/hub/metrics.ts'

export const log = createLog({ service: 'test', level: 'silent' })

export const pool = createPool({
  url: await freshDatabase(t),
  max: 4,
  applicationName: 'test',
  log,
})

t.teardown(() => pool.end())

await migrate(pool, migrations, { component: 'hub' })

const { privateKey } = generateKeyPairSync('ed25519')

const { kty, crv, x } = privateKey.export({ format: 'jwk' }) as unknown as PublicJwk

export const th = createSigner(privateKey)

await importRegistry(
  pool,
  { who: 'test', why: 'test' },
  {
    participants: ['TH', 'KH'].map((id) => ({ id, type: 'member', name: id })),
    agencies: [
      {
        id: 'TH-CCIB',
        participant: 'TH',
        name: 'CCIB',
        rights: ['read', 'submit'],
        purposes: ['criminal-investigation'],
        roles: [],
      },
    ],
    keys: [{ owner: 'TH', purpose: 'notice', jwk: { kty, crv, x } }],
  },
)

export const registry = await loadRegistry(pool)

/** The hub's answers, by the digest of the answered bytes. */
export const answers = new Map<string, Answer>()

const metrics = createIntakeMetrics(createMetrics('test'))

export const hub = (schemas: SchemaVersions): IntakeDeps => ({
  pool,
  matchKey,
  clock: rightClock,
  registry: () => registry,
  metrics,
  log,
  rules: {
    neverList: neverListOf(commonNeverList()),
    schemas,
    ...logReads(pool),
  },
  receipts: {
    send: async (appended, records) => {
      for (const [i, { digest }] of records.entries())
        answers.set(digest.toString('hex'), appended.answers[i]!)
      for (const { digest, answer } of appended.further) answers.set(digest.toString('hex'), answer)
    },
  },
})

let offset = 0
export const nextOffset = (): string => String(offset++)

/** A record of TH, and the digest of its bytes. */
export const recordOf = (text: string): InRecord & { readonly digest: string } => ({
  topic: 'submitted.TH',
  partition: 0,
  offset: nextOffset(),
  timestampMs: Date.now(),
  key: 'k',
  value: Buffer.from(text),
  headers: {},
  lag: 0,
  digest: createHash('sha256').update(text).digest('hex'),
})

export const submit = async (text: string, deps: IntakeDeps): Promise<Answer> => {
  const record = recordOf(text)
  await takeIn(await check([record], deps), deps)
  return answers.get(record.digest)!
}
