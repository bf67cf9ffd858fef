import type { Pool } from 'pg'
import type { QuarantineState } from '../log/quarantine.ts'

/** How many records of one participant one batch of intake logged or refused. */
export type FlowCount = {
  readonly participant: string
  readonly batch: number
  readonly state: 'logged' | QuarantineState
  readonly count: number
}

export type FlowPosition = { readonly index: number; readonly quarantine: number }

/** The end of the log and of the quarantine now. */
export const flowPosition = async (pool: Pool): Promise<FlowPosition> => {
  const { rows } = await pool.query<FlowPosition>({
    name: 'flow-position',
    text: `select next_index - 1 as index, coalesce((select max(id)
      from quarantine), 0) as quarantine from sequencer`,
  })
  return rows[0]!
}

/** The records that arrived between two positions. */
export const countFlow = async (
  pool: Pool,
  from: FlowPosition,
  to: FlowPosition,
): Promise<FlowCount[]> => {
  const { rows } = await pool.query<FlowCount>({
    name: 'count-flow',
    text: `select issuer as participant, batch, 'logged' as state, count(*) as count from entry
      where index > $1 and index <= $2 and event = 'notice' group by issuer, batch
           union all
           select participant, batch, state, count(*) from quarantine where id > $3 and id <= $4
           group by participant, batch, state`,
    values: [from.index, to.index, from.quarantine, to.quarantine],
  })
  return rows
}

/** The pairs of batch and participant among these whose receipts were sent. */
export const answeredBatches = async (
  pool: Pool,
  pairs: readonly { readonly batch: number; readonly participant: string }[],
): Promise<{ batch: number; participant: string }[]> => {
  if (pairs.length === 0) return []
  const { rows } = await pool.query<{ batch: number; participant: string }>({
    name: 'answered-batches',
    text: `select r.batch, r.participant from receipt_batch r join unnest($1::bigint[],
      $2::text[]) as g (batch, participant) using (batch, participant)`,
    values: [pairs.map((p) => p.batch), pairs.map((p) => p.participant)],
  })
  return rows
}
