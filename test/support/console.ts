import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Pool } from 'pg'
import type { Test } from 'tap'
import { readConfig } from '#runtime/process/config.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics, type Metrics } from '#runtime/process/metrics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { mintOperatorToken, type OperatorClaims } from '#runtime/keys/operator-token.ts'
import { migrations } from '#store/migrations.ts'
import { consoleConfig } from '../../services/console/config.ts'
import { startConsole } from '../../services/console/start.ts'
import { freshDatabase } from './database.ts'
import { keyPair } from './key-pair.ts'

export type TestConsole = {
  readonly url: string
  readonly database: string
  readonly pool: Pool
  readonly metrics: Metrics
  /** Another process on the same database. */
  readonly another: () => Promise<string>
  readonly token: (claims: OperatorClaims) => Promise<string>
  /** Puts other session keys into the console's file, beside the one that signs `token`. */
  readonly putSessionKeys: (keys: readonly object[]) => Promise<void>
}

/** With the rights of the services' role and no more, as the console has them in production. */
const asService = (url: string): string =>
  Object.assign(new URL(url), {
    search: `?options=${encodeURIComponent('-c role=switchboard_service')}`,
  }).href

/**
 * A console on a database of its own, or on one that is there; `prepare` fills it before the
 * console starts.
 */
export const startTestConsole = async (
  t: Test,
  of: string | ((pool: Pool) => Promise<unknown>),
): Promise<TestConsole> => {
  const log = createLog({ service: 'test', level: 'silent' })
  const database = typeof of === 'string' ? of : await freshDatabase(t)
  const pool = createPool({ url: database, max: 4, applicationName: 'test', log })
  t.teardown(() => pool.end())
  await migrate(pool, migrations, { component: 'hub' })
  if (typeof of !== 'string') await of(pool)
  const session = keyPair()
  const sessionKeyFile = resolve(
    await mkdtemp(resolve(tmpdir(), 'switchboard-console-')),
    'session.jwk',
  )
  t.teardown(() => rm(dirname(sessionKeyFile), { recursive: true }))
  await writeFile(sessionKeyFile, JSON.stringify(session.jwk))
  const putSessionKeys = async (keys: readonly object[]): Promise<void> => {
    await writeFile(`${sessionKeyFile}.next`, JSON.stringify({ keys: [session.jwk, ...keys] }))
    await rename(`${sessionKeyFile}.next`, sessionKeyFile)
  }
  const start = async (): Promise<{ url: string; metrics: Metrics }> => {
    const metrics = createMetrics('console')
    const crash = (error: unknown): never => {
      throw error
    }
    const running = await startConsole(
      readConfig(
        {
          DATABASE_URL: asService(database),
          SESSION_KEY_FILE: sessionKeyFile,
          PORT: '0',
          REGISTRY_POLL_MS: '100',
        },
        consoleConfig,
      ),
      { log, metrics, crash },
    )
    t.teardown(() => running.close())
    return { url: running.url!, metrics }
  }
  return {
    ...(await start()),
    database,
    pool,
    another: async () => (await start()).url,
    token: (claims) => mintOperatorToken(session.signer, claims, 600),
    putSessionKeys,
  }
}
