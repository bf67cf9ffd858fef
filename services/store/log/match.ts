import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import type { Canonical, Link } from '#core/identifiers/canonical.ts'
import { linkedKeys } from '#core/identifiers/linked-keys.ts'
import { readSecretKey } from '#runtime/files/secret-file.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { queryAsHolder } from './as-holder.ts'

/**
 * The hub's secret under which subjects are digested. It is not in the database, so whoever has the
 * database alone can test no number.
 */
export type MatchKey = KeyObject

/** Reads 32 bytes or more, base64url, from a file that nobody else may read. */
export const loadMatchKey = async (file: string): Promise<MatchKey> =>
  createSecretKey(await readSecretKey(file))

const digestBytes = 16

/** The digest of one subject: HMAC-SHA-256 of `<kind> <canonical key>`, the first 16 bytes. */
export const subjectDigest = (matchKey: MatchKey, { kind, key }: Link): Buffer =>
  createHmac('sha256', matchKey).update(`${kind} ${key}`).digest().subarray(0, digestBytes)

/** A row of the table `match`. */
export type MatchRow = { readonly digest: Buffer; readonly token: string; readonly index: number }

/** What an entry says of its subject. `tokens` has each token once. */
export type Matchable = {
  readonly index: number
  readonly kind: string
  readonly canonical: Partial<Canonical>
  readonly tokens: readonly string[]
}

/**
 * The rows by which an active notice is found: for its own key and for each key that is linked to
 * it, one for each of its audience tokens.
 */
export const matchRows = (
  matchKey: MatchKey,
  { index, kind, canonical, tokens }: Matchable,
): MatchRow[] =>
  linkedKeys(kind, canonical).flatMap((subject) => {
    const digest = subjectDigest(matchKey, subject)
    return tokens.map((token) => ({ digest, token, index }))
  })

/** `digest` is the place of the digest among those that were asked for. */
export type Match = { readonly digest: number; readonly index: number }

/**
 * The entries on subjects with these digests that carry one of the tokens, in the order of the
 * digests, the newest first, at most `limit` for each. There is one index probe for each token and
 * digest: rows of other tokens are not touched. A found version was active when it was logged; a
 * later one may have replaced or ended it, and `decide` has the last word.
 */
export const findMatches = async (
  pool: Pool,
  tokens: readonly string[],
  digests: readonly Buffer[],
  limit: number,
): Promise<Match[]> =>
  tokens.length === 0 || digests.length === 0
    ? []
    : queryAsHolder<Match>(pool, tokens, matchesStatement, [digests, tokens, limit])

/** `$1` are the digests, `$2` the tokens, `$3` how many of each digest. */
export const matchesStatement = {
  name: 'find-matches',
  text: `
  select (d.nth - 1)::int as digest, m.index
  from unnest($1::bytea[]) with ordinality as d (digest, nth)
  cross join lateral (
    select distinct m.index from unnest($2::text[]) as held (token)
    cross join lateral (
      select m.index from match m where m.key_digest = d.digest and m.token = held.token
      order by m.index desc limit $3) m
    order by m.index desc limit $3) m
  order by d.nth, m.index desc`,
}

/**
 * Throws if the rows of `match` were written under another key: their subjects would not be found.
 * The first key that is checked is the one that counts.
 */
export const requireMatchKey = async (pool: Pool, matchKey: MatchKey): Promise<void> => {
  const check = subjectDigest(matchKey, { kind: '', key: 'the key of this database' })
  const { rows } = await pool.query<{ known: boolean }>({
    name: 'require-match-key',
    text: `update match_fill set key_check = coalesce(key_check, $1)
      returning key_check = $1 as known`,
    values: [check],
  })
  if (rows[0]?.known !== true)
    throw new Error(
      'MATCH_KEY_FILE holds another key than the one under which this database digests subjects: ' +
        'put the first one back; every hub process has the same',
    )
}

/**
 * Writes the rows of the next `limit` entries that were logged before the table `match` was there.
 * Resolves with whether all have theirs. Durable when it resolves; if the process dies, the next
 * call goes on where the last one ended. Several processes may call it at once.
 */
export const fillMatches = (pool: Pool, matchKey: MatchKey, limit: number): Promise<boolean> =>
  transaction(
    pool,
    async (client, [fill]) => {
      const { next, end } = fill as { next: number; end: number }
      if (next >= end) return true
      const to = Math.min(end, next + limit)
      const entries = await contentBetween(client, next, to)
      await insertMatches(
        client,
        entries.flatMap((entry) => matchRows(matchKey, entry)),
      )
      await client.query({
        name: 'match-filled',
        text: 'update match_fill set next_index = $1',
        values: [to],
      })
      return to === end
    },
    // Who destroys content holds this lock, too: no row is written of what is destroyed meanwhile.
    'select next_index as next, end_index as "end" from match_fill for update',
  )

/** Destroyed content is an empty object, of which there is no row. */
const contentBetween = async (
  client: PoolClient,
  from: number,
  to: number,
): Promise<Matchable[]> => {
  const { rows } = await client.query<Omit<Matchable, 'canonical'> & { canonical: string }>({
    name: 'content-to-match',
    text: `select index, kind, canonical, tokens from entry where index >= $1 and index < $2
      and event = 'notice' and status = 'active' order by index`,
    values: [from, to],
  })
  return rows.map((row) => ({ ...row, canonical: JSON.parse(row.canonical) as Canonical }))
}

const insertMatches = async (client: PoolClient, rows: readonly MatchRow[]): Promise<void> => {
  await client.query({
    name: 'insert-matches',
    text: `insert into match (key_digest, token, index)
      select * from unnest($1::bytea[], $2::text[], $3::bigint[])`,
    values: [rows.map((r) => r.digest), rows.map((r) => r.token), rows.map((r) => r.index)],
  })
}
