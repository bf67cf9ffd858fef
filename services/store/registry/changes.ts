import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { RegistryRow } from '#core/registry/change.ts'
import type { OwnChanges } from '#core/registry/message.ts'
import { formatMicros } from '#core/time.ts'

/** One version of the registry: who made it, when and why, and its rows as they are from it on. */
export type RegistryEvent = {
  readonly version: number
  readonly at: Micros
  readonly who: string
  readonly why: string
  readonly proposal: number | null
  readonly rows: readonly RegistryRow[]
}

/** The changes after a version, oldest first. */
export const listRegistryChanges = async (
  pool: Pool,
  { after, limit }: { after: number; limit: number },
): Promise<RegistryEvent[]> => {
  const { rows } = await pool.query<
    Omit<RegistryEvent, 'rows'> & { rows: readonly RegistryRow[] | null }
  >({
    name: 'registry-changes',
    text: `select c.version, c.at, c.who, c.why, c.proposal,
             (select jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'body', r.body)
             order by r.kind, r.id) from registry_row r where r.from_version = c.version) as rows
           from registry_change c where c.version > $1 order by c.version limit $2`,
    values: [after, limit],
  })
  return rows.map((event) => ({ ...event, rows: event.rows ?? [] }))
}

/** How many of its own changes a participant is told. */
const maxOwnChanges = 50

/**
 * The newest changes of a participant's own rows, newest first. The reason is included only if the
 * change concerned nobody else.
 */
export const listOwnChanges = async (pool: Pool, participant: string): Promise<OwnChanges> => {
  const { rows } = await pool.query<{
    version: number
    at: Micros
    who: string
    why: string
    kind: RegistryRow['kind']
    id: string
    alone: boolean
  }>({
    name: 'own-registry-changes',
    text: `with own as (
             select from_version, kind, id from registry_row r where (kind = 'participant'
             and id = $1) or (kind = 'agency' and body ->> 'participant' = $1)
               or (kind = 'key' and body ->> 'owner' = $1) or (kind = 'group'
               and body -> 'members' ? $1)
               or (kind = 'client' and body ->> 'agency' in (select id from registry_row
               where kind = 'agency' and body ->> 'participant' = $1))
             order by from_version desc limit $2)
           select c.version, c.at, c.who, c.why, own.kind, own.id,
             not exists (select from registry_row r where r.from_version = c.version
             and (r.kind, r.id) not in (select o.kind, o.id from own o
             where o.from_version = c.version)) as alone
           from own join registry_change c on c.version = own.from_version
           order by c.version desc, own.kind, own.id`,
    values: [participant, maxOwnChanges],
  })
  return rows.map(({ version, at, who, why, kind, id, alone }) => ({
    version,
    at: formatMicros(at),
    who,
    ...(alone && { why }),
    kind,
    id,
  }))
}
