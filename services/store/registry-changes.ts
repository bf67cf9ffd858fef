import type { Pool } from 'pg'
import type { Micros } from '#core/registry.ts'
import type { RegistryRow } from '#core/registry-change.ts'

/** One version of the registry: who made it, when, why, and the rows as they are from it on. */
export type RegistryEvent = {
  readonly version: number
  readonly at: Micros
  readonly who: string
  readonly why: string
  readonly proposal: number | null
  readonly rows: readonly RegistryRow[]
}

/** The changes after a version, oldest first. */
export const listRegistryChanges = async (pool: Pool, { after, limit }: { after: number; limit: number }): Promise<RegistryEvent[]> => {
  const { rows } = await pool.query<Omit<RegistryEvent, 'rows'> & { rows: readonly RegistryRow[] | null }>({
    name: 'registry-changes',
    text: `select c.version, c.at, c.who, c.why, c.proposal,
             (select jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'body', r.body) order by r.kind, r.id) from registry_row r where r.from_version = c.version) as rows
           from registry_change c where c.version > $1 order by c.version limit $2`,
    values: [after, limit],
  })
  return rows.map((event) => ({ ...event, rows: event.rows ?? [] }))
}
