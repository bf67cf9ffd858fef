import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'

/**
 * A range of the log that one client may be handed on one topic. It is written before anything of
 * the range is sent.
 */
export type Offer = {
  readonly participant: string
  readonly agency: string
  readonly purpose: string
  readonly client: string
  readonly channel: string
  readonly topic: string
  readonly from: number
  readonly to: number
  readonly at: Micros
}

/**
 * The entries of an offer that were handed over. Bit i (from the right of byte 0, as PostgreSQL's
 * get_bit counts) stands for index `first + i`. At most `deliverySpan` indexes.
 */
export type Delivery = {
  readonly offer: number
  readonly agency: string
  readonly purpose: string
  readonly topic: string
  readonly first: number
  readonly last: number
  readonly bitmap: Buffer
  /** The parts of `bitmap` that were told without content, and as a withdrawal; null for none. */
  readonly bare: Buffer | null
  readonly withdrawn: Buffer | null
  readonly at: Micros
}

/**
 * The most indexes of one row, a multiple of 8. It bounds the scan for the rows that can hold an
 * index.
 */
export const deliverySpan = 1024

/** Writes offers in one statement. Resolves with their ids, in order. Durable when it resolves. */
export const insertOffers = async (pool: Pool, offers: readonly Offer[]): Promise<number[]> => {
  const of = <T>(pick: (o: Offer) => T): T[] => offers.map(pick)
  const { rows } = await pool.query<{ id: number }>({
    name: 'insert-offers',
    text: `insert into offer (participant, agency, purpose, client, channel, topic, from_index,
      to_index, at)
           select participant, agency, purpose, client, channel, topic, from_index, to_index, at
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
           $7::bigint[], $8::bigint[], $9::bigint[])
             with ordinality as o (participant, agency, purpose, client, channel, topic, from_index,
             to_index, at, n) order by n
           returning id`,
    values: [
      of((o) => o.participant),
      of((o) => o.agency),
      of((o) => o.purpose),
      of((o) => o.client),
      of((o) => o.channel),
      of((o) => o.topic),
      of((o) => o.from),
      of((o) => o.to),
      of((o) => o.at),
    ],
  })
  return rows.map((r) => r.id)
}

/** Writes hand-overs of many readers in one statement. */
export const insertDeliveries = async (
  pool: Pool,
  deliveries: readonly Delivery[],
): Promise<void> => {
  const of = <T>(pick: (d: Delivery) => T): T[] => deliveries.map(pick)
  await pool.query({
    name: 'insert-deliveries',
    text: `insert into delivery (offer, agency, purpose, topic, first_index, last_index, bitmap,
      bare, withdrawn, at)
           select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[],
           $6::bigint[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bigint[])`,
    values: [
      of((d) => d.offer),
      of((d) => d.agency),
      of((d) => d.purpose),
      of((d) => d.topic),
      of((d) => d.first),
      of((d) => d.last),
      of((d) => d.bitmap),
      of((d) => d.bare),
      of((d) => d.withdrawn),
      of((d) => d.at),
    ],
  })
}

/**
 * SQL: whether index `i.index` is set in a bitmap of row `d`. False outside the row's range, and
 * for a bitmap that is null.
 */
export const isSet = (bitmap: string): string =>
  `(${bitmap} is not null and case when i.index between d.first_index and ` +
  `d.last_index then get_bit(${bitmap}, i.index - d.first_index) = 1 else false end)`

/**
 * SQL: the rows of `d` that can hold `i.index`. A row spans little, so this is a bounded scan of an
 * index.
 */
export const mayHold =
  'd.last_index >= i.index and d.last_index < i.index + ' +
  `${deliverySpan} and d.first_index <= i.index`

/** SQL: the `Fullness` of index `i.index` in row `d`. */
export const toldAs =
  `case when ${isSet('d.withdrawn')} then 'withdrawn' when ` +
  `${isSet('d.bare')} then 'bare' else 'content' end`

/** How an entry was told: with its content, without it (conditions, expiry), or as a withdrawal. */
export type Fullness = 'content' | 'bare' | 'withdrawn'

/**
 * The entries in [from, to] that an agency was handed with their content, by any of its clients.
 */
export const wasDelivered = async (
  pool: Pool,
  agency: string,
  from: number,
  to: number,
  narrow: { readonly purpose?: string; readonly topic?: string; readonly before?: Micros } = {},
): Promise<Set<number>> => {
  const { rows } = await pool.query<{
    first: number
    last: number
    bitmap: Buffer
    bare: Buffer | null
  }>({
    name: 'was-delivered',
    text: `select d.first_index as first, d.last_index as last, d.bitmap, d.bare from delivery d
           where d.agency = $1 and d.last_index >= $2 and d.last_index < $3 + ${deliverySpan}
           and d.first_index <= $3
             and ($4::text is null or d.purpose = $4) and ($5::text is null or d.topic = $5)
             and ($6::bigint is null or d.at < $6)`,
    values: [agency, from, to, narrow.purpose ?? null, narrow.topic ?? null, narrow.before ?? null],
  })
  const delivered = new Set<number>()
  for (const { first, last, bitmap, bare } of rows) {
    for (let index = Math.max(from, first); index <= Math.min(to, last); index++) {
      if (hasBit(bitmap, index - first) && !(bare !== null && hasBit(bare, index - first)))
        delivered.add(index)
    }
  }
  return delivered
}

const hasBit = (bitmap: Buffer, at: number): boolean => (bitmap[at >> 3]! & (1 << (at & 7))) !== 0

/**
 * The agencies among these that were told of an entry, with or without its content, by any of their
 * clients.
 */
export const agenciesTold = async (
  pool: Pool,
  index: number,
  agencies: readonly string[],
): Promise<Set<string>> => {
  const { rows } = await pool.query<{ agency: string }>({
    name: 'agencies-told',
    text: `select distinct d.agency from (select $1::bigint as index) i
      join delivery d on d.agency = any ($2::text[]) and ${mayHold}
           where ${isSet('d.bitmap')} and not ${isSet('d.withdrawn')}`,
    values: [index, agencies],
  })
  return new Set(rows.map((r) => r.agency))
}

/**
 * One hand-over of an entry, for the trace. `at` is the time of its writing, at most a second after
 * the hand-over.
 */
export type HandOver = {
  readonly participant: string
  readonly agency: string
  readonly purpose: string
  readonly client: string
  readonly channel: string
  readonly topic: string
  readonly offeredAt: Micros
  readonly at: Micros
  readonly told: Fullness
}

/** Every hand-over of one entry, oldest first. */
export const deliveriesOf = async (
  pool: Pool,
  index: number,
  limit = 1000,
): Promise<HandOver[]> => {
  const { rows } = await pool.query<HandOver>({
    name: 'deliveries-of',
    text: `select o.participant, o.agency, o.purpose, o.client, o.channel, o.topic,
      o.at as "offeredAt", d.at, ${toldAs} as told
           from (select $1::bigint as index) i join delivery d on int8range(d.first_index,
           d.last_index, '[]') @> i.index join offer o on o.id = d.offer
           where ${isSet('d.bitmap')} order by d.at limit $2`,
    values: [index, limit],
  })
  return rows
}
