import type { Pool } from 'pg'
import type { DeliveriesMessage } from '#core/generated/types.ts'

export type Delivered = {
  readonly version: number
  readonly participant: string
  readonly at: string
}

/**
 * Stores the hand-overs that the hub reports. The first report of a hand-over counts. Durable when
 * it resolves.
 */
export const storeDeliveries = async (
  pool: Pool,
  { deliveries }: DeliveriesMessage,
): Promise<void> => {
  await pool.query({
    name: 'store-deliveries',
    text: `insert into delivery (id, version, participant, at) select *
      from unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) on conflict do nothing`,
    values: [
      deliveries.map((d) => d.id),
      deliveries.map((d) => d.version),
      deliveries.map((d) => d.participant),
      deliveries.map((d) => d.at),
    ],
  })
}

/** The hand-overs of these notices, by id, oldest first. */
export const findDeliveries = async (
  pool: Pool,
  ids: readonly string[],
): Promise<Map<string, Delivered[]>> => {
  const { rows } = await pool.query<Delivered & { id: string }>({
    name: 'find-deliveries',
    text: `select id, version, participant, at from delivery where id = any ($1::uuid[])
      order by at`,
    values: [ids],
  })
  return new Map(
    [...Map.groupBy(rows, (r) => r.id)].map(([id, list]) => [
      id,
      list.map(({ id: _id, ...delivered }) => delivered),
    ]),
  )
}
