import type { Pool } from 'pg'
import type { ToldMessage } from '#core/generated/types.ts'
import type { Micros } from '#core/registry/registry.ts'
import { saidId, shownOf } from '#core/said/said.ts'
import { formatMicros, parseMicros } from '#core/time.ts'

/** What another participant said, as its originator is shown it. `at`: the log time. */
export type ToldStatement = Readonly<Record<string, unknown>> & {
  readonly participant: string
  readonly at: string
}

/**
 * Stores what the hub tells of what others said, without the statement if the notice that it is
 * about is destroyed here. Told again, it counts once, under whatever index: a hub whose database
 * was restored may log it again, and may give its index to another. Durable when it resolves.
 */
export const storeTold = async (pool: Pool, { entries }: ToldMessage): Promise<void> => {
  await pool.query({
    name: 'store-told',
    text: `insert into told (index, type, participant, about_issuer, about_id, statement, at, id)
           select index, type, participant, about_issuer, about_id, case when exists (
             select from submission s join answer a on a.seq = s.seq where s.type = 'notice'
             and s.id = about_id and a.destroyed_at is not null) then '' else statement end, at, id
           from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[],
             $7::bigint[], $8::uuid[])
             as g (index, type, participant, about_issuer, about_id, statement, at, id)
           on conflict do nothing`,
    values: [
      entries.map((e) => e.index),
      entries.map((e) => e.type),
      entries.map((e) => e.participant),
      entries.map((e) => e.about.issuer),
      entries.map((e) => e.about.id),
      entries.map((e) => e.statement),
      entries.map((e) => parseMicros(e.time) ?? 0),
      entries.map((e) => saidId(e.statement)),
    ],
  })
}

/** The most statements that are shown of one notice. */
const shownMost = 1000

/**
 * What others said of one type about these own notices, by id, oldest first: the newest of each, at
 * most a thousand.
 */
export const findTold = async (
  pool: Pool,
  type: string,
  ids: readonly string[],
): Promise<Map<string, ToldStatement[]>> => {
  const { rows } = await pool.query<{
    id: string
    participant: string
    statement: string
    at: Micros
  }>({
    name: 'find-told',
    text: `select n.id, t.participant, t.statement, t.at from unnest($2::uuid[]) as n (id)
      cross join lateral (
        select * from told where about_id = n.id and type = $1 and statement <> ''
        order by at desc limit ${shownMost}) t order by t.at`,
    values: [type, ids],
  })
  return new Map(
    [...Map.groupBy(rows, (row) => row.id)].map(([id, list]) => [
      id,
      list.map(({ participant, statement, at }) => ({
        participant,
        ...shownOf(statement),
        at: formatMicros(at),
      })),
    ]),
  )
}
