import type { Pool } from 'pg'
import type { Micros } from '#core/registry.ts'

/** Notes when the receipts of a batch went out, for the trace. Sent twice counts once. */
export const recordReceipts = async (pool: Pool, batch: number, participants: readonly string[], sentAt: Micros): Promise<void> => {
  if (participants.length === 0) return
  await pool.query({
    name: 'record-receipts',
    text: 'insert into receipt_batch (batch, participant, sent_at) select $1, p, $3 from unnest($2::text[]) as p on conflict do nothing',
    values: [batch, participants, sentAt],
  })
}
