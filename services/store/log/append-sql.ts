import type { PoolClient } from 'pg'
import type { Further, Loggable } from './intake.ts'
import type { Released } from './plan-batch.ts'
import type { KeptRefusal } from './quarantine-quota.ts'

/**
 * Stores refused and held records with their raw bytes, or what is kept of them. If a held record
 * comes again, its first row stays as it is.
 */
export const insertQuarantine = async (
  client: PoolClient,
  refusals: readonly KeptRefusal[],
  batch: number,
): Promise<void> => {
  const of = <T>(pick: (r: KeptRefusal) => T): T[] => refusals.map(pick)
  await client.query({
    name: 'insert-quarantine',
    text: `insert into quarantine (participant, digest, state, code, pointer, detail, raw, topic,
      partition, record_offset, received_at, notice_id, version, posted_at, size, batch)
           select *, $16 from unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[],
           $6::text[], $7::bytea[], $8::text[], $9::int[],
             $10::bigint[], $11::bigint[], $12::uuid[], $13::int[], $14::bigint[], $15::int[])
           on conflict (participant, digest) do update
           set state = excluded.state, code = excluded.code, pointer = excluded.pointer,
           detail = excluded.detail
             where quarantine.state = 'held' and excluded.state <> 'held'`,
    values: [
      of((r) => r.intake.participant),
      of((r) => r.intake.digest),
      of((r) => r.answer.state),
      of((r) => r.answer.code ?? null),
      of((r) => storable(r.answer.pointer)),
      of((r) => storable(r.answer.detail)),
      of((r) => r.raw),
      of((r) => r.intake.topic),
      of((r) => r.intake.partition),
      of((r) => r.intake.offset),
      of((r) => r.intake.receivedAt),
      of((r) => r.answer.id ?? null),
      of((r) => r.answer.version ?? null),
      of((r) => r.intake.postedAt),
      of((r) => (r.raw.length < r.intake.raw.length ? r.intake.raw.length : null)),
      batch,
    ],
  })
}

/**
 * PostgreSQL text holds no NUL. A NUL in the pointer of a hostile record must not stop its batch.
 */
const storable = (text: string | undefined): string | null =>
  text?.replaceAll('\0', '\u{fffd}').slice(0, 2000) ?? null

/** Marks held records that are logged now, with what let them in: they no longer wait. */
export const releaseHeld = async (
  client: PoolClient,
  logged: readonly Released[],
): Promise<void> => {
  await client.query({
    text: `update quarantine q set state = 'released', confirmed_by = r.confirmed_by
      from unnest($1::text[], $2::bytea[], $3::bigint[]) as r (participant, digest, confirmed_by)
           where q.state = 'held' and q.participant = r.participant and q.digest = r.digest`,
    values: [
      logged.map(({ intake }) => intake.participant),
      logged.map(({ intake }) => intake.digest),
      logged.map(({ confirmedBy }) => confirmedBy),
    ],
  })
}

/**
 * Withdraws the held records of these notices, so that nobody publishes them. Resolves with the
 * records that were withdrawn.
 */
export const withdrawHeld = async (
  client: PoolClient,
  revoked: readonly Loggable[],
): Promise<Further[]> => {
  const { rows } = await client.query<{
    participant: string
    digest: Buffer
    id: string
    version: number
  }>({
    text: `update quarantine q set state = 'rejected', code = 'never-list/withdrawn',
      pointer = null, detail = null
           from unnest($1::text[], $2::uuid[], $3::int[]) as r (participant, id, version)
           where q.state = 'held' and q.code = 'never-list/held' and q.participant = r.participant
           and q.notice_id = r.id and q.version < r.version
           returning q.participant, q.digest, q.notice_id as id, q.version`,
    values: [revoked.map((n) => n.issuer), revoked.map((n) => n.id), revoked.map((n) => n.version)],
  })
  return rows.map(({ participant, digest, id, version }) => ({
    participant,
    digest,
    answer: { state: 'rejected', id, version, code: 'never-list/withdrawn' },
  }))
}

/** Stores which envelopes of version 1 of the contract these participants still send. */
export const insertStillOpen = async (
  client: PoolClient,
  changed: readonly Loggable[],
): Promise<void> => {
  const digests = changed.flatMap(({ issuer, stillOpen = [] }) =>
    stillOpen.map((digest) => ({ issuer, digest })),
  )
  await client.query({
    name: 'insert-still-open',
    text: `insert into still_open (participant, digest) select *
      from unnest($1::text[], $2::bytea[]) on conflict do nothing`,
    values: [digests.map((d) => d.issuer), digests.map((d) => d.digest)],
  })
}
