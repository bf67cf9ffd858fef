import type { Pool, PoolClient } from 'pg'
import { accept, type Checked } from '#core/refusal.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import {
  effective,
  registryOf,
  type RegistryChange,
  type RegistryRow,
} from '#core/registry/change.ts'
import { databaseTime } from '#runtime/postgres/clock.ts'
import { transaction } from '#runtime/postgres/transaction.ts'

/**
 * Reads the registry as of a version (default: the newest), in one statement, so that the state is
 * consistent.
 */
export const loadRegistry = async (db: Pool | PoolClient, version?: number): Promise<Registry> => {
  const { rows } = await db.query<{ version: number; rows: RegistryRow[] | null }>({
    name: 'load-registry',
    text: `with v as (select coalesce($1::bigint, (select max(version)
      from registry_change), 0) as version)
           select v.version, (select jsonb_agg(jsonb_build_object('kind', kind, 'id', id, 'body',
           body) order by kind, id)
             from registry_row r where r.from_version <= v.version and (r.to_version is null
             or r.to_version > v.version)) as rows
           from v`,
    values: [version ?? null],
  })
  return registryOf(rows[0]!.version, rows[0]!.rows ?? [])
}

/** Who changes the registry, why, and by which proposal. */
export type Author = { readonly who: string; readonly why: string; readonly proposal?: number }

/**
 * Applies changes as one registry version and returns it. If nothing differs, it makes no version.
 * Durable and announced (NOTIFY registry) when it resolves. Concurrent changes run one after the
 * other. `check` gets the rows that differ, and throws to refuse them.
 */
export const changeRegistry = (
  pool: Pool,
  author: Author,
  changes: readonly RegistryChange[],
  check?: (before: Registry, rows: readonly RegistryRow[]) => void,
): Promise<Registry> =>
  transaction(pool, async (client) =>
    changeLocked(client, await lockRegistry(client), author, changes, {
      at: await databaseTime(client),
      ...(check && { check }),
    }),
  )

/**
 * Applies the changes that `decide` makes of the current registry, or none if it refuses. Both
 * happen under one lock. `now` is asked when the lock is held.
 */
export const changeChecked = (
  pool: Pool,
  author: Author,
  now: () => Micros,
  decide: (registry: Registry, at: Micros) => Checked<readonly RegistryChange[]>,
): Promise<Checked<{ readonly before: Registry; readonly after: Registry }>> =>
  transaction(pool, async (client) => {
    const before = await lockRegistry(client)
    const at = now()
    const changes = decide(before, at)
    return changes.ok
      ? accept({ before, after: await changeLocked(client, before, author, changes.value, { at }) })
      : changes
  })

/**
 * The current registry, locked until the transaction ends: other changes wait. It is an advisory
 * lock, since the console may insert into the table and not lock it.
 */
export const lockRegistry = async (client: PoolClient): Promise<Registry> => {
  await client.query(`select pg_advisory_xact_lock(hashtext('registry_change'))`)
  return loadRegistry(client)
}

/** The same in a transaction that holds the lock already, as of a time. */
export const changeLocked = async (
  client: PoolClient,
  registry: Registry,
  author: Author,
  changes: readonly RegistryChange[],
  {
    at,
    check,
  }: {
    readonly at: Micros
    readonly check?: (before: Registry, rows: readonly RegistryRow[]) => void
  },
): Promise<Registry> => {
  const rows = effective(registry, latest(changes.flatMap((change) => change(registry, at))))
  if (rows.length === 0) return registry
  check?.(registry, rows)
  await writeVersion(client, registry.version + 1, at, author, rows)
  return loadRegistry(client)
}

const latest = (rows: readonly RegistryRow[]): RegistryRow[] => [
  ...new Map(rows.map((r) => [`${r.kind} ${r.id}`, r])).values(),
]

const writeVersion = async (
  client: PoolClient,
  version: number,
  at: number,
  { who, why, proposal }: Author,
  rows: RegistryRow[],
): Promise<void> => {
  await client.query(
    'insert into registry_change (version, at, who, why, proposal) values ($1, $2, $3, $4, $5)',
    [version, at, who, why, proposal ?? null],
  )
  const kinds = rows.map((r) => r.kind)
  const ids = rows.map((r) => r.id)
  await client.query(
    `update registry_row r set to_version = $1 from unnest($2::text[], $3::text[]) as c (kind, id)
     where r.kind = c.kind and r.id = c.id and r.to_version is null`,
    [version, kinds, ids],
  )
  await client.query(
    `insert into registry_row (kind, id, body, from_version) select kind, id, body::jsonb, $1
      from unnest($2::text[], $3::text[], $4::text[]) as c (kind, id, body)`,
    [version, kinds, ids, rows.map((r) => JSON.stringify(r.body))],
  )
}
