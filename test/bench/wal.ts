import { Pool } from 'pg'

/** What was written to one database, for each notice. */
export type Written = {
  /** Bytes of the records of its tables and indexes. */
  readonly walBytes: number
  /** Rows inserted, updated and deleted, those of TOAST included. */
  readonly rows: number
  readonly indexEntries: number
  /** `walBytes` by table and index, the largest first. */
  readonly byRelation: Readonly<Record<string, number>>
}

/**
 * Follows what a PostgreSQL server writes, by its own log (the extension `pg_walinspect`; the user
 * must be a superuser). While it is followed, the server writes no full pages and vacuums nothing:
 * how much of either there is depends on the last checkpoint and on chance.
 */
export const followWal = async (
  pool: Pool,
): Promise<{ written: (databaseUrl: string, notices: number) => Promise<Written> }> => {
  await pool.query('create extension if not exists pg_walinspect')
  for (const setting of ['full_page_writes', 'autovacuum'])
    await pool.query(`alter system set ${setting} = off`)
  await pool.query('checkpoint')
  await pool.query('select pg_reload_conf()')
  const from = await position(pool)
  return {
    written: async (databaseUrl, notices) => {
      const to = await position(pool)
      const db = new Pool({ connectionString: databaseUrl, max: 1 })
      try {
        await db.query('create extension if not exists pg_walinspect')
        const { rows } = await db.query<Row>(byRelation, [from, to])
        return perNotice(rows, notices)
      } finally {
        await db.end()
      }
    },
  }
}

export const stopFollowing = async (pool: Pool): Promise<void> => {
  await pool.query('alter system reset all')
  await pool.query('select pg_reload_conf()')
}

const position = async (pool: Pool): Promise<string> =>
  (await pool.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn')).rows[0]!.lsn

type Row = { relation: string; bytes: number; rows: number; entries: number }

const perNotice = (rows: readonly Row[], notices: number): Written => {
  const total = (of: (row: Row) => number): number => rows.reduce((sum, row) => sum + of(row), 0)
  return {
    walBytes: Math.round(total((r) => r.bytes) / notices),
    rows: Number((total((r) => r.rows) / notices).toFixed(2)),
    indexEntries: Number((total((r) => r.entries) / notices).toFixed(2)),
    byRelation: Object.fromEntries(
      rows
        .map((r) => [r.relation, Math.round(r.bytes / notices)] as const)
        .filter(([, bytes]) => bytes > 0),
    ),
  }
}

/** A record counts once, for the first of the blocks that it touches. */
const byRelation = `
  with record as (
    select distinct on (start_lsn) start_lsn, relfilenode, resource_manager, record_type,
      record_length - sum(block_fpi_length) over (partition by start_lsn) as bytes
    from pg_get_wal_block_info($1, $2, false)
    where reldatabase = (select oid from pg_database where datname = current_database())
    order by start_lsn, block_id)
  select coalesce(toasted.relname || ' toast', c.relname, 'dropped') as relation,
    sum(bytes)::int as bytes,
    (count(*) filter (where resource_manager in ('Heap', 'Heap2')
      and record_type ~ '^(INSERT|MULTI_INSERT|UPDATE|HOT_UPDATE|DELETE)'))::int as rows,
    (count(*) filter (where resource_manager = 'Btree'
      and record_type in ('INSERT_LEAF', 'INSERT_POST', 'SPLIT_L', 'SPLIT_R')
      or resource_manager = 'Gist' and record_type = 'PAGE_UPDATE'))::int as entries
  from record left join pg_class c on c.relfilenode = record.relfilenode
  left join pg_class toasted on toasted.oid =
    substring(c.relname from '^pg_toast_([0-9]+)')::oid
  group by 1 order by bytes desc`
