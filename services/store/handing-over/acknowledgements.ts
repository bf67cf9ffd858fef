import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'

export type NoticeVersion = {
  readonly issuer: string
  readonly id: string
  readonly version: number
}

/**
 * Notes that an agency has acknowledged the conditions of a notice version. Resolves with the time
 * of its first acknowledgement. Durable when it resolves.
 */
export const insertAcknowledgement = async (
  pool: Pool,
  by: { readonly agency: string; readonly client: string },
  notice: NoticeVersion,
  at: Micros,
): Promise<Micros> => {
  const { rows } = await pool.query<{ at: Micros }>({
    name: 'insert-acknowledgement',
    text: `with made as (
             insert into acknowledgement (agency, issuer, notice_id, version, client, at)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning at)
           select at from made union all
           select at from acknowledgement where agency = $1 and issuer = $2 and notice_id = $3
           and version = $4 limit 1`,
    values: [by.agency, notice.issuer, notice.id, notice.version, by.client, at],
  })
  return rows[0]!.at
}

/** The agencies that have acknowledged the conditions of a notice version. */
export const acknowledgedBy = async (
  pool: Pool,
  { issuer, id, version }: NoticeVersion,
): Promise<Set<string>> => {
  const { rows } = await pool.query<{ agency: string }>({
    name: 'acknowledged-by',
    text: `select agency from acknowledgement where issuer = $1 and notice_id = $2
      and version = $3`,
    values: [issuer, id, version],
  })
  return new Set(rows.map((r) => r.agency))
}
