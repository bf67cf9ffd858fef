import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Receipt } from '#core/signing/reply.ts'
import { nowMicros } from '#runtime/process/clock.ts'

/**
 * Writes the receipts of one signed reply to their rows, and stores the reply. A later receipt
 * never changes a terminal one; `held` leaves the row open. A receipt whose digest matches no row
 * (the bytes were altered on the way) changes nothing. A refused statement confirms nothing: its
 * version is held as before and can be confirmed again. All this is one statement, hence one
 * commit. Durable when it resolves; the same reply again counts once. Resolves with the digests
 * that are closed for good.
 */
export const storeReceipts = async (
  pool: Pool,
  message: Uint8Array,
  receipts: readonly Receipt[],
): Promise<string[]> => {
  const text = Buffer.from(message).toString('latin1')
  const { rows } = await pool.query<{ digest: string }>({
    name: 'store-receipts',
    text: `with answer as (
             select decode(digest, 'hex') as digest, status, receipt::json as receipt
             from unnest($4::text[], $5::text[], $6::text[]) as a (digest, status, receipt)),
           kept as (
             insert into reply (digest, message, received_at) values ($1, $2, $3)
             on conflict (digest) do update set digest = excluded.digest returning seq),
           refused as (
             update confirmation c set state = 'rejected', receipt = a.receipt from answer a
             where c.digest = a.digest and c.state = 'open' and a.status = 'rejected'),
           answered as (
             update outbox o set state = a.status, receipt = a.receipt, reply = (select seq
             from kept), answered_at = $3
             from answer a where o.digest = a.digest and o.state in ('queued', 'held')
             returning o.digest, o.state)
           select encode(digest, 'hex') as digest from answered where state <> 'held'`,
    values: [
      createHash('sha256').update(text).digest(),
      text,
      nowMicros(),
      receipts.map((r) => r.digest),
      receipts.map((r) => r.status),
      receipts.map((r) => JSON.stringify(r)),
    ],
  })
  return rows.map((r) => r.digest)
}
