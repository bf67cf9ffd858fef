import type { Pool } from 'pg'
import { queryAsHolder, type Value } from './as-holder.ts'
import { noticeStatement, rowColumns, type LogRow } from './rows.ts'

export type CandidateRange = {
  /** The tokens that the reader holds. An entry with none of them is no candidate. */
  readonly tokens: readonly string[]
  readonly after: number
  readonly to: number
  readonly kind: string | null
  readonly limit: number
}

/**
 * The entries in (after, to] that carry one of the tokens, in order: an ordered scan of each
 * token's entries, merged. A reader of few notices seeks and does not scan the others. The tokens
 * are set for the transaction, so row-level security admits the same entries for a role that sees
 * only by tokens. `scannedTo`: nothing up to this index is left out. `withdrawn`: the entries of
 * notices that the reader could see earlier, found by a `W:` token; the role may not read their
 * rows.
 */
export const readCandidates = async (
  pool: Pool,
  range: CandidateRange,
): Promise<{ rows: LogRow[]; withdrawn: number[]; scannedTo: number }> => {
  const { tokens, after, to, kind, limit } = range
  if (tokens.length === 0 || after >= to) return { rows: [], withdrawn: [], scannedTo: to }
  const values = [tokens.flatMap((token) => [token, `W:${token}`]), after, to, limit, kind]
  const scan = await queryAsHolder<LogRow & Scan>(pool, tokens, candidates, values)
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
 * The outer join keeps the row that says how far the scan went, even if it found no entry of the
 * kind.
 */
const candidates = {
  name: 'feed_candidates',
  text: `
  with candidate as materialized (${merged})
  select c.found, cardinality(c.indexes) as wanted, c.last, ${rowColumns}
  from candidate c left join entry e on e.index = any (c.indexes)`,
}

const candidateIndexes = { name: 'feed_candidate_indexes', text: merged }

/**
 * The candidates whose rows the reader's role may not see. They are read apart, since there are
 * hardly any.
 */
const withoutRow = async (
  pool: Pool,
  tokens: readonly string[],
  rows: readonly LogRow[],
  values: readonly Value[],
): Promise<number[]> => {
  const scan = await queryAsHolder<{ indexes: number[] }>(pool, tokens, candidateIndexes, values)
  const got = new Set(rows.map((row) => row.index))
  return scan[0]!.indexes.filter((index) => !got.has(index))
}

/**
 * The entries under one notice id, as `readNoticeRows` reads them, without those that carry none of
 * the tokens.
 */
export const readHeldNoticeRows = async (
  pool: Pool,
  tokens: readonly string[],
  id: string,
  issuer: string | undefined,
  limit: number,
): Promise<LogRow[]> =>
  queryAsHolder<LogRow>(pool, tokens, noticeStatement, [id, issuer ?? null, limit])
