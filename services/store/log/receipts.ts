import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'

/** The receipts of a batch for one participant were sent. */
export type SentReceipts = {
  readonly batch: number
  readonly participant: string
  readonly sentAt: Micros
}

/** Notes when receipts were sent, for the trace. Noted twice, they count once. */
export const recordReceipts = async (pool: Pool, sent: readonly SentReceipts[]): Promise<void> => {
  if (sent.length === 0) return
  await pool.query({
    name: 'record-receipts',
    text: `insert into receipt_batch (batch, participant, sent_at) select *
      from unnest($1::bigint[], $2::text[], $3::bigint[]) on conflict do nothing`,
    values: [sent.map((s) => s.batch), sent.map((s) => s.participant), sent.map((s) => s.sentAt)],
  })
}
