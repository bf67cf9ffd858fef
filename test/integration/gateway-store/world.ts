import { createHash, randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { Client } from 'pg'
import t from 'tap'
import { datesOf } from '#core/notice/review.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { freshDatabase } from '#test/support/database.ts'
import { insertSubmissions, type Submission } from '../../../services/gateway/outbox.ts'
import { gatewayMigrations } from '../../../services/gateway/parts.ts'

const url = await freshDatabase(t)

export const lines: string[] = []

export const log = createLog({
  service: 'test',
  level: 'info',
  destination: new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString())
      done()
    },
  }),
})

export const pool = createPool({ url, max: 4, applicationName: 'test', log })

t.teardown(() => pool.end())

await migrate(pool, gatewayMigrations, { component: 'gateway' })

export const db = new Client({ connectionString: url })

await db.connect()

t.teardown(() => db.end())

export const day = 86_400_000_000

export const start = Date.parse('2026-11-24T00:00:00Z') * 1000

export const submission = (
  content: Record<string, unknown> & { id: string },
  more: Partial<Submission> = {},
): Submission => {
  const envelope = `envelope ${randomUUID()} ${JSON.stringify(content)}`
  return {
    id: content.id,
    version: 1,
    status: 'active',
    agency: 'TH-CCIB',
    submitter: 's',
    kind: 'phone-number',
    contentHash: Buffer.alloc(32),
    content,
    canonical: { key: '+66812345678' },
    warnings: [],
    digest: createHash('sha256').update(envelope).digest('hex'),
    envelope,
    postedAt: start,
    dates: datesOf(content['handling'] as object, start, 180 * day),
    ...more,
  }
}

export const store = async (given: Submission, state = 'accepted'): Promise<Submission> => {
  await insertSubmissions(pool, [given])
  await db.query(
    `update outbox set state = $1, answered_at = $2 where digest = decode($3, 'hex')`,
    [state, start, given.digest],
  )
  return given
}
