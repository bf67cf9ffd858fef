import type { PoolClient } from 'pg'
import type { NewEntry } from './intake.ts'
import { matchRows, type MatchKey } from './match.ts'

/**
 * Writes entries with all that goes with them in one statement, so that it takes one round trip
 * whatever the size of the batch: audience tokens, tokens of withdrawal, the rows by which a
 * subject is found, the expiries to come, and the sequencer's next position, which notifies feeds.
 */
export const insertEntries = async (
  client: PoolClient,
  matchKey: MatchKey,
  entries: readonly NewEntry[],
  batch: number,
): Promise<void> => {
  const last = entries.at(-1)!
  await client.query({
    ...statement,
    values: [
      ...columnsOf(entries),
      batch,
      ...tokensOf(entries),
      ...matchesOf(matchKey, entries),
      ...expiriesOf(entries),
      last.index + 1,
      last.time,
    ],
  })
}

const statement = {
  name: 'insert-entries',
  text: `with entries as (
           insert into entry (index, time, event, issuer, id, version, status, kind, digest,
             statement, disclosures, canonical, warnings, tokens, registry_version, expires, salt,
             leaf, batch, posted_at, published_at, received_at, victim, marks, about_issuer,
             about_id)
           select index, time, event, issuer, id, version, status, kind, digest, statement,
             disclosures, canonical, warnings, string_to_array(tokens, ' '), registry_version,
             expires, salt, leaf, $26, posted_at, published_at, received_at, victim, marks,
             about_issuer, about_id
           from unnest($1::bigint[], $2::bigint[], $3::text[], $4::uuid[], $5::int[], $6::text[],
             $7::text[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::text[],
             $13::text[], $14::bigint[], $15::bigint[], $16::bytea[], $17::bytea[], $18::bigint[],
             $19::bigint[], $20::bigint[], $21::boolean[], $22::bigint[], $23::text[], $24::text[],
             $25::uuid[])
           as g (index, time, issuer, id, version, status, kind, digest, statement, disclosures,
             canonical, warnings, tokens, registry_version, expires, salt, leaf, posted_at,
             published_at, received_at, victim, marks, event, about_issuer, about_id)),
         tokens as (
           insert into entry_token (token, index, kind)
           select * from unnest($27::text[], $28::bigint[], $29::text[])),
         matches as (
           insert into match (key_digest, token, index)
           select * from unnest($30::bytea[], $31::text[], $32::bigint[])),
         expiries as (
           insert into expiry_due (expires, index)
           select * from unnest($33::bigint[], $34::bigint[]))
         update sequencer set next_index = $35, last_time = $36`,
}

const columnsOf = (entries: readonly NewEntry[]): unknown[][] => {
  const of = <T>(pick: (e: NewEntry) => T): T[] => entries.map(pick)
  return [
    of((e) => e.index),
    of((e) => e.time),
    of((e) => e.notice.issuer),
    of((e) => e.notice.id),
    of((e) => e.notice.version),
    of((e) => e.notice.status),
    of((e) => e.notice.kind),
    of((e) => e.intake.digest),
    of((e) => e.notice.jws),
    of((e) => e.notice.disclosures.join('~')),
    of((e) => JSON.stringify(e.notice.canonical)),
    of((e) => JSON.stringify(e.notice.warnings)),
    of((e) => e.notice.tokens.join(' ')),
    of((e) => e.notice.registryVersion),
    of((e) => e.notice.expires),
    of((e) => e.salt),
    of((e) => e.leaf),
    of((e) => e.intake.postedAt),
    of((e) => e.intake.publishedAt),
    of((e) => e.intake.receivedAt),
    of((e) => e.notice.victim),
    of((e) => e.marks),
    of((e) => e.notice.event),
    of((e) => e.notice.about?.issuer ?? null),
    of((e) => e.notice.about?.id ?? null),
  ]
}

/**
 * Who could see an earlier version and carries no token of this one is still told of the
 * withdrawal: `W:` before a token makes the later entry a candidate for its holder. It admits to no
 * content; row-level security knows no such token.
 */
const tokensOf = (entries: readonly NewEntry[]): [string[], number[], string[]] => {
  const rows = entries.flatMap(({ index, notice: { tokens, kind }, lost }) =>
    [...tokens, ...lost.map((token) => `W:${token}`)].map((token) => ({ token, index, kind })),
  )
  return [rows.map((r) => r.token), rows.map((r) => r.index), rows.map((r) => r.kind)]
}

const matchesOf = (
  matchKey: MatchKey,
  entries: readonly NewEntry[],
): [Buffer[], string[], number[]] => {
  const rows = entries
    .filter(({ notice }) => notice.status === 'active')
    .flatMap(({ index, notice }) => matchRows(matchKey, { ...notice, index }))
  return [rows.map((r) => r.digest), rows.map((r) => r.token), rows.map((r) => r.index)]
}

const expiriesOf = (entries: readonly NewEntry[]): [(number | null)[], number[]] => {
  const due = entries.filter(({ notice }) => notice.expires !== null && notice.status === 'active')
  return [due.map((e) => e.notice.expires), due.map((e) => e.index)]
}
