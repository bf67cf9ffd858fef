import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Receipt } from '#core/reply.ts'
import { nowMicros } from '#runtime/clock.ts'
import { transaction } from '#runtime/database.ts'

/**
 * Writes the answers of one signed reply to their rows, and keeps the reply. A terminal answer is never changed by a later
 * one; `held` leaves the row open. Receipts whose digest matches no row (bytes altered on the way) touch nothing.
 * Durable when it resolves; a reply that comes twice counts once. Resolves with the digests that are closed for good.
 */
export const storeReceipts = (pool: Pool, message: Uint8Array, receipts: readonly Receipt[]): Promise<string[]> =>
  transaction(pool, async (client) => {
    const text = Buffer.from(message).toString('latin1')
    const { rows } = await client.query<{ seq: number }>({
      name: 'keep-reply',
      text: `insert into reply (digest, message, received_at) values ($1, $2, $3) on conflict (digest) do update set digest = excluded.digest returning seq`,
      values: [createHash('sha256').update(text).digest(), text, nowMicros()],
    })
    const updated = await client.query<{ digest: string; state: string }>({
      name: 'store-receipts',
      text: `update outbox o set state = r.status, receipt = r.receipt::json, reply = $4, answered_at = $5
             from unnest($1::text[], $2::text[], $3::text[]) as r (digest, status, receipt)
             where o.digest = decode(r.digest, 'hex') and o.state in ('queued', 'held')
             returning encode(o.digest, 'hex') as digest, o.state`,
      values: [receipts.map((r) => r.digest), receipts.map((r) => r.status), receipts.map((r) => JSON.stringify(r)), rows[0]!.seq, nowMicros()],
    })
    // A statement that is refused confirms nothing: its version is held as before, and can be confirmed again.
    await client.query({
      name: 'store-statement-receipts',
      text: `update confirmation c set state = 'rejected', receipt = r.receipt::json from unnest($1::text[], $2::text[], $3::text[]) as r (digest, status, receipt)
             where c.digest = decode(r.digest, 'hex') and c.state = 'open' and r.status = 'rejected'`,
      values: [receipts.map((r) => r.digest), receipts.map((r) => r.status), receipts.map((r) => JSON.stringify(r))],
    })
    return updated.rows.filter((r) => r.state !== 'held').map((r) => r.digest)
  })
