import type { Pool, PoolClient } from 'pg'
import type { Registry } from '#core/registry.ts'
import { effective, registryOf, type RegistryChange, type RegistryRow } from '#core/registry-change.ts'
import { nowMicros } from '#runtime/clock.ts'
import { transaction } from '#runtime/database.ts'

/** Reads the registry as of a version (default: the newest). One statement, so that it is one consistent state. */
export const loadRegistry = async (db: Pool | PoolClient, version?: number): Promise<Registry> => {
  const { rows } = await db.query<{ version: number; rows: RegistryRow[] | null }>({
    name: 'load-registry',
    text: `with v as (select coalesce($1::bigint, (select max(version) from registry_change), 0) as version)
           select v.version, (select jsonb_agg(jsonb_build_object('kind', kind, 'id', id, 'body', body) order by kind, id)
             from registry_row r where r.from_version <= v.version and (r.to_version is null or r.to_version > v.version)) as rows
           from v`,
    values: [version ?? null],
  })
  return registryOf(rows[0]!.version, rows[0]!.rows ?? [])
}

/**
 * Applies changes as one registry version and returns it; no version is made where nothing differs.
 * Durable and announced (NOTIFY registry) when it resolves. Concurrent changes are put one after the other.
 */
export const changeRegistry = (pool: Pool, author: { who: string; why: string }, changes: readonly RegistryChange[]): Promise<Registry> =>
  transaction(pool, async (client) => {
    await client.query('lock table registry_change in exclusive mode')
    const registry = await loadRegistry(client)
    const at = nowMicros()
    const rows = effective(registry, latest(changes.flatMap((change) => change(registry, at))))
    if (rows.length === 0) return registry
    await writeVersion(client, registry.version + 1, at, author, rows)
    return loadRegistry(client)
  })

const latest = (rows: readonly RegistryRow[]): RegistryRow[] => [...new Map(rows.map((r) => [`${r.kind} ${r.id}`, r])).values()]

const writeVersion = async (client: PoolClient, version: number, at: number, author: { who: string; why: string }, rows: RegistryRow[]): Promise<void> => {
  await client.query('insert into registry_change (version, at, who, why) values ($1, $2, $3, $4)', [version, at, author.who, author.why])
  const kinds = rows.map((r) => r.kind)
  const ids = rows.map((r) => r.id)
  await client.query(
    `update registry_row r set to_version = $1 from unnest($2::text[], $3::text[]) as c (kind, id)
     where r.kind = c.kind and r.id = c.id and r.to_version is null`, [version, kinds, ids])
  await client.query(
    `insert into registry_row (kind, id, body, from_version) select kind, id, body::jsonb, $1 from unnest($2::text[], $3::text[], $4::text[]) as c (kind, id, body)`,
    [version, kinds, ids, rows.map((r) => JSON.stringify(r.body))])
}
