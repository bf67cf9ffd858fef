import { createHash, randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import type { Pool } from 'pg'
import t from 'tap'
import { datesOf } from '#core/notice/review.ts'
import type { Receipt } from '#core/signing/reply.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { rightClock } from '#test/support/clock.ts'
import { freshDatabase } from '#test/support/database.ts'
import { openQueue, type OpenRow } from '../../../services/gateway/exchange/open-queue.ts'
import { storeReceipts } from '../../../services/gateway/exchange/receipt-store.ts'
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

export const day = 86_400_000_000

export const start = Date.parse('2026-11-24T00:00:00Z') * 1000

export const submission = (
  content: Record<string, unknown> & { id: string },
  more: Partial<Submission> = {},
): Submission => {
  const envelope = `envelope ${randomUUID()} ${JSON.stringify(content)}`
  return {
    type: 'notice',
    contract: 2,
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

/** The hub's signed reply with one receipt, as it comes at `start`. */
export const answer = async (
  receipt: Pick<Receipt, 'digest' | 'status'> & Partial<Receipt>,
): Promise<void> => {
  await storeReceipts(pool, Buffer.from(JSON.stringify(receipt)), [receipt], rightClock.now())
  await pool.query('update answer set answered_at = $1', [start])
  await pool.query('update open set answered_at = $1 where answered_at is not null', [start])
  await pool.query('update reply set received_at = $1', [start])
}

export const store = async (
  given: Submission,
  status: Receipt['status'] = 'accepted',
): Promise<Submission> => {
  await insertSubmissions(pool, [given])
  await answer({ digest: given.digest, status })
  return given
}

/** The open rows after a seq, whoever waits for them and whatever the hub holds, oldest first. */
export const findOpen = async (from: Pool, after: number, limit: number): Promise<OpenRow[]> => {
  const queue = openQueue(from)
  const agencies = await queue.agencies()
  const waiting = await Promise.all(agencies.map((agency) => queue.waiting(agency, after, limit)))
  const rows = [...waiting.flat(), ...(await queue.held(after, limit))]
  return rows.sort((a, b) => a.seq - b.seq).slice(0, limit)
}
