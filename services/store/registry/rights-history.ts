import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { RegistryRow } from '#core/registry/change.ts'

/** A row of the registry as it was from one change on. */
export type RegistryStep = { readonly row: RegistryRow; readonly at: Micros }

/**
 * Every change of a participant, of one agency, and of the groups that ever had the participant as
 * a member, oldest first.
 */
export const readRightsHistory = async (
  pool: Pool,
  participant: string,
  agency: string,
): Promise<RegistryStep[]> => {
  const { rows } = await pool.query<RegistryRow & { at: Micros }>({
    name: 'rights-history',
    text: `select r.kind, r.id, r.body, c.at
      from registry_row r join registry_change c on c.version = r.from_version
           where (r.kind = 'participant' and r.id = $1) or (r.kind = 'agency' and r.id = $2)
           or (r.kind = 'group' and r.body -> 'members' ? $1)
           order by r.from_version`,
    values: [participant, agency],
  })
  return rows.map(({ at, ...row }) => ({ row: row as RegistryRow, at }))
}

/** The log time of an entry; undefined if there is none. */
export const readLogTime = async (pool: Pool, index: number): Promise<Micros | undefined> => {
  const { rows } = await pool.query<{ time: Micros }>({
    name: 'log-time',
    text: 'select time from entry where index = $1',
    values: [index],
  })
  return rows[0]?.time
}
