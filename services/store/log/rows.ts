import type { Pool, PoolClient } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { SaidType } from '#core/said/forms.ts'

/** One log entry as feeds read it: the texts as they are stored, not taken apart. */
export type LogRow = {
  readonly index: number
  readonly time: Micros
  readonly event: 'notice' | 'expired' | SaidType
  readonly issuer: string
  readonly id: string
  readonly version: number
  readonly status: 'active' | 'revoked' | 'expired'
  readonly kind: string
  readonly statement: string
  readonly disclosures: string
  /**
   * The texts of the version whose content marks this entry, if it has none itself (a revocation):
   * the JWS, then its disclosures, joined by `~`.
   */
  readonly marking: string | null
  readonly canonical: string
  readonly warnings: string
  /** The tokens of the entry, separated by spaces. */
  readonly tokens: string
  readonly salt: Buffer
  /** Whether the content and the salt are destroyed. Then the texts are empty. */
  readonly destroyed: boolean
  /**
   * The reader holds none of the entry's tokens: it can be told of the withdrawal, and never gets
   * the content.
   */
  readonly notHeld?: true
}

/** `lost`: the tokens of earlier versions that the entry does not carry, separated by spaces. */
export type TailRow = LogRow & { readonly lost: string }

/**
 * The entry of a notice's end holds the hub's own statement. The version that ended decides who may
 * be told.
 */
const ofNotice = (column: string): string =>
  `case when e.event <> 'expired' then e.${column} else (
     select n.${column} from entry n where n.issuer = e.issuer and n.id = e.id
     and n.version = e.version and n.event = 'notice') end as ${column}`

/** `LogRow.marking`, of the table `entry` as `e`. */
export const markingColumn = `case when e.marks is not null then (
    select concat_ws('~', n.statement, nullif(n.disclosures, '')) from entry n
    where n.index = e.marks) end as marking`

/**
 * `TailRow.lost`, of the table `entry` as `e`: the tokens of withdrawal of an entry. The condition
 * is that of the index `entry_token_lost`.
 */
export const lostColumn = `coalesce((select string_agg(substr(t.token, 3), ' ') from entry_token t
    where t.index = e.index and t.token like 'W:%'), '') as lost`

/** Identifies a notice among all issuers, over all its versions. */
export const noticeKey = ({ issuer, id }: Pick<LogRow, 'issuer' | 'id'>): string =>
  `${issuer} ${id}`

/** The columns of a `LogRow`, of the table `entry` as `e`. */
export const rowColumns = `e.index, e.time, e.event, e.issuer, e.id, e.version, e.status, e.kind,
  ${ofNotice('statement')}, ${ofNotice('disclosures')},
  ${markingColumn},
  e.canonical, e.warnings,
  array_to_string(e.tokens, ' ') as tokens, e.salt, e.destroyed_at is not null as destroyed`

/**
 * The entries after `after`, in order, whoever may see them. They fill the memory of a feeds
 * process.
 */
export const readRows = async (
  db: Pool | PoolClient,
  after: number,
  limit: number,
): Promise<TailRow[]> => {
  const { rows } = await db.query<TailRow>({
    name: 'read-rows',
    text: `select ${rowColumns}, ${lostColumn} from entry e
      where e.index > $1 order by e.index limit $2`,
    values: [after, limit],
  })
  return rows
}

/**
 * The entries with these indexes. A reader holds none of their tokens, and may learn that they
 * withdraw a notice from it.
 */
export const readByIndex = async (pool: Pool, indexes: readonly number[]): Promise<LogRow[]> => {
  if (indexes.length === 0) return []
  const { rows } = await pool.query<LogRow>({
    name: 'read-by-index',
    text: `select ${rowColumns} from entry e where e.index = any ($1::bigint[])`,
    values: [indexes],
  })
  return rows.map((row) => ({ ...row, notHeld: true }))
}

/**
 * The newest entry of each of these notices after the given index, if there is one, whatever its
 * tokens. Name each notice once.
 */
export const readNewest = async (
  db: Pool,
  entries: readonly { readonly issuer: string; readonly id: string; readonly index: number }[],
): Promise<LogRow[]> => {
  if (entries.length === 0) return []
  const { rows } = await db.query<LogRow>({
    name: 'read-newest',
    text: `select ${rowColumns} from unnest($1::text[], $2::uuid[], $3::bigint[]) as n (issuer, id,
      index)
           cross join lateral (
             select l.index from entry l where l.issuer = n.issuer and l.id = n.id
             and l.index > n.index and (l.version > 1 or l.event = 'expired')
             order by l.index desc limit 1) newest
           join entry e on e.index = newest.index`,
    values: [entries.map((e) => e.issuer), entries.map((e) => e.id), entries.map((e) => e.index)],
  })
  return rows
}

/**
 * The notices with more than one entry, after `after` in the order of issuer and id. Each is named
 * once or more.
 */
export const readLaterIds = async (
  pool: Pool,
  after: { readonly issuer: string; readonly id: string },
  limit: number,
): Promise<{ issuer: string; id: string }[]> => {
  const { rows } = await pool.query<{ issuer: string; id: string }>({
    name: 'read-later-ids',
    text: `select issuer, id from entry where (issuer, id) > ($1, $2::uuid) and (version > 1
      or event = 'expired') order by issuer, id limit $3`,
    values: [after.issuer, after.id, limit],
  })
  return rows
}

/**
 * `$1` is the notice's id, `$2` its issuer or null, `$3` how many of each issuer: the newest ones,
 * and one more, since the end of a version stands beside it. They are read in the order of an
 * index. Issuers are found one after the other, and of each its newest versions, so that nobody's
 * versions under an id are read for, or instead of, another's.
 */
export const noticeStatement = {
  name: 'read-notice',
  text: `with recursive issuers (issuer) as (
      select min(e.issuer) from entry e where e.id = $1 and ($2::text is null or e.issuer = $2)
      union all
      select (select min(e.issuer) from entry e where e.id = $1 and e.issuer > i.issuer)
      from issuers i where i.issuer is not null and $2::text is null)
    select ${rowColumns} from issuers i cross join lateral (
      select e.index from entry e where e.id = $1 and e.issuer = i.issuer
      order by e.version desc, e.event desc limit $3 + 1) newest
    join entry e on e.index = newest.index order by e.index`,
}

/**
 * The newest `limit` entries, or one more, under one notice id of its issuer, or of each issuer
 * that uses the id, oldest first.
 */
export const readNoticeRows = async (
  db: Pool | PoolClient,
  id: string,
  issuer: string | undefined,
  limit: number,
): Promise<LogRow[]> => {
  const { rows } = await db.query<LogRow>({
    ...noticeStatement,
    values: [id, issuer ?? null, limit],
  })
  return rows
}

/** The last index of the log; -1 when it is empty. */
export const readHead = async (db: Pool | PoolClient): Promise<number> => {
  const { rows } = await db.query<{ head: number }>({
    name: 'read-head',
    text: 'select next_index - 1 as head from sequencer',
  })
  return rows[0]!.head
}
