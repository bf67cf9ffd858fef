import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg'
import type { Micros } from '#core/registry/registry.ts'

/** One log entry as feeds read it: texts as they are stored, nothing taken apart. */
export type LogRow = {
  readonly index: number
  readonly time: Micros
  readonly event: 'notice' | 'expired'
  readonly issuer: string
  readonly id: string
  readonly version: number
  readonly status: 'active' | 'revoked' | 'expired'
  readonly kind: string
  readonly statement: string
  readonly disclosures: string
  readonly canonical: string
  readonly warnings: string
  /** With a space between them. */
  readonly tokens: string
  readonly salt: Buffer
  /** Its content and salt are: texts are empty. */
  readonly destroyed: boolean
  /**
   * The reader it was read for holds none of its tokens: it can be told of its withdrawal, and
   * never given its content.
   */
  readonly notHeld?: true
}

/**
 * The end of a notice is the hub's own statement; who may be told of it follows from the version
 * that ended.
 */
const ofNotice = (column: string): string =>
  `case e.event when 'notice' then e.${column} else (
     select n.${column} from entry n where n.issuer = e.issuer and n.id = e.id
     and n.version = e.version and n.event = 'notice') end as ${column}`

const columns = `e.index, e.time, e.event, e.issuer, e.id, e.version, e.status, e.kind,
  ${ofNotice('statement')}, ${ofNotice('disclosures')},
  e.canonical::text as canonical, e.warnings::text as warnings,
  array_to_string(e.tokens, ' ') as tokens, e.salt, e.destroyed_at is not null as destroyed`

/**
 * Entries from `after` (exclusive) in order, whoever may see them: what fills the memory of a feed.
 */
export const readRows = async (
  db: Pool | PoolClient,
  after: number,
  limit: number,
): Promise<LogRow[]> => {
  const { rows } = await db.query<LogRow>({
    name: 'read-rows',
    text: `select ${columns} from entry e where e.index > $1 order by e.index limit $2`,
    values: [after, limit],
  })
  return rows
}

export type CandidateRange = {
  /** What the reader holds; entries with none of them are not candidates. */
  readonly tokens: readonly string[]
  readonly after: number
  readonly to: number
  readonly kind: string | null
  readonly limit: number
}

/**
 * The entries in (after, to] that carry one of the tokens, in order: an ordered scan of each
 * token's entries, merged. A reader of little seeks and never scans what is not for it. The tokens
 * are set for the transaction, so that row-level security holds the same line for a role that sees
 * only by them. `scannedTo`: nothing up to there was left out. `withdrawn`: entries of notices that
 * the reader could see earlier, by a `W:` token; their rows are not for its role.
 */
export const readCandidates = async (
  pool: Pool,
  range: CandidateRange,
): Promise<{ rows: LogRow[]; withdrawn: number[]; scannedTo: number }> => {
  const { tokens, after, to, kind, limit } = range
  if (tokens.length === 0 || after >= to) return { rows: [], withdrawn: [], scannedTo: to }
  const values = [tokens.flatMap((token) => [token, `W:${token}`]), after, to, limit, kind]
  const scan = await executeAsHolder<LogRow & Scan>(pool, tokens, candidates, values)
  const { found, wanted, last } = scan[0]!
  const rows = scan.filter((row) => row.index !== null).sort((a, b) => a.index - b.index)
  const withdrawn = rows.length === wanted ? [] : await withoutRow(pool, tokens, rows, values)
  return { rows, withdrawn, scannedTo: found < limit ? to : last }
}

type Scan = { readonly found: number; readonly wanted: number; readonly last: number }

const merged = `
  select coalesce(array_agg(index) filter (where $5::text is null or kind = $5), '{}') as indexes,
  count(*) as found, max(index) as last from (
    select distinct t.index, t.kind from unnest($1::text[]) as held (token)
    cross join lateral (
      select t.index, t.kind from entry_token t where t.token = held.token and t.index > $2
      and t.index <= $3 order by t.index limit $4) t
    order by t.index limit $4) merged`

/**
 * The outer join keeps the one row that says how far was scanned, should nothing of it be of the
 * kind.
 */
const candidates = {
  name: 'feed_candidates',
  text: `
  with candidate as materialized (${merged})
  select c.found, cardinality(c.indexes) as wanted, c.last, ${columns}
  from candidate c left join entry e on e.index = any (c.indexes)`,
}

const candidateIndexes = { name: 'feed_candidate_indexes', text: merged }

/**
 * The candidates whose rows the reader does not hold. Asked for apart, because there are hardly
 * ever any.
 */
const withoutRow = async (
  pool: Pool,
  tokens: readonly string[],
  rows: readonly LogRow[],
  values: readonly Value[],
): Promise<number[]> => {
  const scan = await executeAsHolder<{ indexes: number[] }>(pool, tokens, candidateIndexes, values)
  const got = new Set(rows.map((row) => row.index))
  return scan[0]!.indexes.filter((index) => !got.has(index))
}

/**
 * These entries, of which a reader holds no token and may learn that they withdraw something from
 * it.
 */
export const readByIndex = async (pool: Pool, indexes: readonly number[]): Promise<LogRow[]> => {
  if (indexes.length === 0) return []
  const { rows } = await pool.query<LogRow>({
    name: 'read-by-index',
    text: `select ${columns} from entry e where e.index = any ($1::bigint[])`,
    values: [indexes],
  })
  return rows.map((row) => ({ ...row, notHeld: true }))
}

type Value = readonly string[] | string | number | null
type Statement = { readonly name: string; readonly text: string }

const prepared = new WeakMap<PoolClient, Set<string>>()

/**
 * As `asHolder`, for one statement, in one round trip and one write: a page's cost is mostly in
 * these. The statement is prepared once for a connection, because planning it takes as long as
 * running it; its values go in as literals.
 */
const executeAsHolder = async <Row extends QueryResultRow>(
  pool: Pool,
  tokens: readonly string[],
  { name, text }: Statement,
  values: readonly Value[],
): Promise<Row[]> => {
  const client = await pool.connect()
  try {
    const known = prepared.get(client) ?? new Set()
    if (!known.has(name))
      await client.query(`prepare ${name} (text[], bigint, bigint, bigint, text) as ${text}`)
    prepared.set(client, known.add(name))
    const results = await client.query<Row>(
      `${beginAsHolder(client, tokens)}; execute ${name} ` +
        `(${values.map((v) => literal(client, v)).join()}); commit`,
    )
    client.release()
    // With several statements pg answers with a result for each; its types know of one only.
    return (results as unknown as QueryResult<Row>[]).at(-2)!.rows
  } catch (error) {
    client.release(error as Error) // closed: its state is not known
    throw error
  }
}

const literal = (client: PoolClient, value: Value): string => {
  if (value === null) return 'null'
  if (typeof value === 'number') return String(value)
  return typeof value === 'string'
    ? client.escapeLiteral(value)
    : `array[${value.map((item) => client.escapeLiteral(item)).join()}]::text[]`
}

const beginAsHolder = (client: PoolClient, tokens: readonly string[]): string =>
  `begin read only; set local role switchboard_reader;
    select set_config('switchboard.tokens', ${client.escapeLiteral(tokens.join(' '))}, true)`

/**
 * One read-only transaction as a role that sees only what carries one of these tokens; both are
 * given back at its end. Two round trips on the way, the end off it.
 */
const asHolder = async <T>(
  pool: Pool,
  tokens: readonly string[],
  read: (client: PoolClient) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect()
  try {
    await client.query(beginAsHolder(client, tokens))
    const result = await read(client)
    client.query('commit').then(
      () => client.release(),
      (error: unknown) => client.release(error as Error),
    )
    return result
  } catch (error) {
    client.release(error as Error) // closed: its state is not known
    throw error
  }
}

/**
 * The newest entry of each of these notices after the given index, where there is one. Asked
 * without regard to tokens.
 */
export const readNewest = async (
  db: Pool,
  entries: readonly { readonly issuer: string; readonly id: string; readonly index: number }[],
): Promise<LogRow[]> => {
  if (entries.length === 0) return []
  const { rows } = await db.query<LogRow>({
    name: 'read-newest',
    text: `select ${columns} from unnest($1::text[], $2::uuid[], $3::bigint[]) as n (issuer, id,
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
 * Notices with more than one entry, after `after` in the order of issuer and id: each is named once
 * or more.
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
 * The entries under one notice id, oldest first, of all issuers that use it or of one; the newest
 * `limit`.
 */
export const readNoticeRows = async (
  db: Pool | PoolClient,
  id: string,
  issuer: string | undefined,
  limit: number,
): Promise<LogRow[]> => {
  const { rows } = await db.query<LogRow>({
    name: 'read-notice',
    text: `select ${columns} from entry e where e.id = $1 and ($2::text is null or e.issuer = $2)
      order by e.index desc limit $3`,
    values: [id, issuer ?? null, limit],
  })
  return rows.toReversed()
}

/** The same, less what carries none of the tokens. */
export const readHeldNoticeRows = (
  pool: Pool,
  tokens: readonly string[],
  id: string,
  issuer: string | undefined,
  limit: number,
): Promise<LogRow[]> =>
  asHolder(pool, tokens, (client) => readNoticeRows(client, id, issuer, limit))
