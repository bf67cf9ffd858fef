import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'

export const quarantineStates = ['rejected', 'superseded', 'held', 'released'] as const
export type QuarantineState = (typeof quarantineStates)[number]

/** A record that was refused or is held. Its bytes are counted and not read. */
export type Quarantined = {
  readonly seq: number
  readonly participant: string
  readonly state: QuarantineState
  readonly code: string
  readonly pointer: string | null
  readonly detail: string | null
  /** SHA-256 of the bytes, hex. The receipt of the record carries it. */
  readonly digest: string
  readonly bytes: number
  /** Fewer than `bytes` beyond the participant's quota; 0 once they are destroyed. */
  readonly kept: number
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly receivedAt: Micros
  readonly receiptedAt: Micros | null
  /** What the envelope says, as far as it could be read. */
  readonly notice: string | null
  readonly version: number | null
  /**
   * The originator's statement by which the record was logged after all, with its disclosures, and
   * when it arrived. Empty once it is destroyed.
   */
  readonly statement: string | null
  readonly confirmedAt: Micros | null
}

const columns = `q.id as seq, q.participant, q.state, q.code, q.pointer, q.detail,
  encode(q.digest, 'hex') as digest, coalesce(q.size, octet_length(q.raw)) as bytes,
  octet_length(q.raw) as kept,
  q.topic, q.partition, q.record_offset::text as "offset", q.received_at as "receivedAt",
  r.sent_at as "receiptedAt", q.notice_id as notice, q.version,
  coalesce(convert_from(c.statement, 'LATIN1'),
    e.statement || coalesce('~' || nullif(e.disclosures, ''), '')) as statement,
  coalesce(c.received_at, e.received_at) as "confirmedAt"`

const source = `quarantine q left join receipt_batch r on r.batch = q.batch
  and r.participant = q.participant
  left join entry e on e.index = q.confirmed_by
  left join confirmation c on c.participant = q.participant and c.digest = q.digest`

export type QuarantineQuery = {
  /** The last record of the page before; 0 for the first page. */
  readonly after: number
  readonly limit: number
  readonly state?: string
  readonly participant?: string
  /** Newest first, instead of in the order of arrival. */
  readonly newestFirst?: boolean
}

export const readQuarantine = async (
  pool: Pool,
  { after, limit, state, participant, newestFirst = false }: QuarantineQuery,
): Promise<Quarantined[]> => {
  const { rows } = await pool.query<Quarantined>({
    name: newestFirst ? 'read-quarantine-newest' : 'read-quarantine',
    text: `select ${columns} from ${source}
      where ${newestFirst ? '(q.id < $1 or $1 = 0)' : 'q.id > $1'}
             and ($2::text is null or q.state = $2) and ($3::text is null or q.participant = $3)
           order by q.id ${newestFirst ? 'desc' : 'asc'} limit $4`,
    values: [after, state ?? null, participant ?? null, limit],
  })
  return rows
}

const maxOfNotice = 500

/** The records that arrived under a notice's id and were not logged, oldest first. */
export const quarantineOf = async (
  pool: Pool,
  notice: string,
  participant?: string,
): Promise<Quarantined[]> => {
  const { rows } = await pool.query<Quarantined>({
    name: 'quarantine-of-notice',
    text: `select ${columns} from ${source} where q.notice_id = $1 and ($2::text is null
      or q.participant = $2) order by q.id limit $3`,
    values: [notice, participant ?? null, maxOfNotice],
  })
  return rows
}

/** What is held, and the time of its POST as the gateway stated it. */
export type HeldBytes = { readonly raw: Buffer; readonly postedAt: Micros | null }

/**
 * A participant's submission that is held, or was held until it was logged; undefined if there is
 * none, or none any more.
 */
export const readHeldBytes = async (
  pool: Pool,
  participant: string,
  digest: Buffer,
): Promise<HeldBytes | undefined> => {
  const { rows } = await pool.query<HeldBytes>({
    name: 'read-held-bytes',
    text: `select raw, posted_at as "postedAt" from quarantine
      where participant = $1 and digest = $2 and state in ('held', 'released')
      and destroyed_at is null`,
    values: [participant, digest],
  })
  return rows[0]
}

/** A held record, with its bytes and its place in Kafka. */
export type HeldRecord = {
  readonly seq: number
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly receivedAt: Micros
  readonly raw: Buffer
}

/** The records held under one of some codes, after a seq, in the order of arrival. */
export const readHeldFor = async (
  pool: Pool,
  codes: readonly string[],
  after: number,
  limit: number,
): Promise<HeldRecord[]> => {
  const { rows } = await pool.query<HeldRecord>({
    name: 'read-held-for',
    text: `select id as seq, topic, partition, record_offset::text as "offset",
      received_at as "receivedAt", raw from quarantine
           where state = 'held' and code = any($1) and id > $2 order by id limit $3`,
    values: [codes, after, limit],
  })
  return rows
}

/** What quarantine has of each participant, for the metrics. */
export const readQuarantineUse = async (
  pool: Pool,
): Promise<{ participant: string; bytes: number; sampled: number; leftOut: number }[]> => {
  const { rows } = await pool.query<Awaited<ReturnType<typeof readQuarantineUse>>[number]>(
    `select participant, kept_bytes as bytes, sampled, left_out as "leftOut" from quarantine_use`,
  )
  return rows
}
