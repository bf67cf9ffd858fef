import type { Pool } from 'pg'
import { deliverySpan, isSet, mayHold, toldAs, type Fullness } from './ledger.ts'

/** A version of a notice, and its place in the log. */
export type VersionPlace = { readonly version: number; readonly index: number }

/**
 * What is asked of one notice: what a reader was told of its entries before `to`. Of those before
 * `from` the newest counts, and nothing before `since` is looked at.
 */
export type AskedHistory = {
  readonly issuer: string
  readonly id: string
  readonly since: VersionPlace
  readonly from: VersionPlace
  readonly to: VersionPlace
}

/** An entry that a reader was told of. `told` is null where the ledger does not say it yet. */
export type ToldEntry = {
  /** The place of its notice among those that were asked for. */
  readonly nth: number
  readonly index: number
  readonly told: Fullness | null
}

/** Indexes that count as told: bit i stands for `start + i`, as in a row of the ledger. */
export type Marks = { readonly start: number; readonly bits: Buffer }

/** How many versions the first look goes back, and how much further each next one goes. */
const look = { versions: 32, further: 16 }

/**
 * The entries of these notices that an agency was told of for a purpose, in the order of the log.
 * The search goes back from the newest version in few and growing steps, and ends where something
 * was told. So what a notice costs does not grow with the number of entries that are asked about,
 * and a history is read to its beginning only where nothing of it was told.
 */
export const readLastTold = async (
  pool: Pool,
  agency: string,
  purpose: string,
  notices: readonly AskedHistory[],
  unwritten: readonly Marks[],
): Promise<ToldEntry[]> => {
  const reader = [agency, purpose, unwritten.map((m) => m.start), unwritten.map((m) => m.bits)]
  const found: ToldEntry[] = []
  let left = notices.map((asked, nth) => ({ ...asked, nth }))
  for (let span = look.versions; left.length > 0; span *= look.further) {
    const steps = left.map((asked) => ({
      ...asked,
      since: { ...asked.since, version: Math.max(asked.since.version, asked.from.version - span) },
    }))
    const rows = await readStep(pool, reader, steps)
    const done = new Set<number>()
    for (const { isBefore, ...row } of rows) {
      found.push(row)
      if (isBefore) done.add(row.nth)
    }
    left = steps.flatMap(({ since, ...step }, i) => {
      const from = { ...step.from, version: since.version }
      return done.has(step.nth) || since.version <= left[i]!.since.version
        ? []
        : [{ ...step, since: left[i]!.since, from, to: from }]
    })
  }
  return found.sort((a, b) => a.nth - b.nth || a.index - b.index)
}

type Step = AskedHistory & { readonly nth: number }

const readStep = async (
  pool: Pool,
  reader: readonly unknown[],
  steps: readonly Step[],
): Promise<(ToldEntry & { isBefore: boolean })[]> => {
  const of = <T>(pick: (step: Step) => T): T[] => steps.map(pick)
  const { rows } = await pool.query<ToldEntry & { isBefore: boolean }>({
    ...lastTold,
    values: [
      ...reader,
      of((a) => a.issuer),
      of((a) => a.id),
      of((a) => a.since.version),
      of((a) => a.since.index),
      of((a) => a.from.version),
      of((a) => a.from.index),
      of((a) => a.to.version),
      of((a) => a.to.index),
      of((a) => a.nth),
    ],
  })
  return rows
}

/**
 * SQL: the entries `i` of notice `n` that were told; versions and indexes grow together. They are
 * found by version: `+ 0` keeps the plan from reading the whole log between two indexes.
 */
const toldOf = (versions: string, from: string, to: string): string => `
  select i.version, i.index, last.told from entry i
  left join lateral (
    select ${toldAs} as told from delivery d where d.agency = $1 and d.purpose = $2
    and ${mayHold} and ${isSet('d.bitmap')} order by d.at desc limit 1) last on true
  where i.id = n.id and i.issuer = n.issuer and i.version between ${versions}
    and i.index + 0 >= ${from} and i.index + 0 < ${to}
    and (last.told is not null or exists (
      select from unnest($3::bigint[], $4::bytea[]) as u (start, bits)
      where i.index between u.start and u.start + ${deliverySpan - 1}
        and get_bit(u.bits, (i.index - u.start)::int) = 1))`

/**
 * SQL: the newest version before `from` that was told, in the order of the index, so that the scan
 * ends there; then its entries, since its end may be one beside it.
 */
const newestTold = `
  select ended.* from (${toldOf('n.since_version and n.from_version', 'n.since', 'n."from"')}
    order by i.version desc, i.event desc limit 1) newest
  cross join lateral (${toldOf('newest.version and newest.version', 'n.since', 'n."from"')}) ended`

const lastTold = {
  name: 'last-told',
  text: `
  select n.nth, t.index, t.told, t."isBefore"
  from unnest($5::text[], $6::uuid[], $7::int[], $8::bigint[], $9::int[], $10::bigint[], $11::int[],
      $12::bigint[], $13::int[])
    as n (issuer, id, since_version, since, from_version, "from", to_version, "to", nth)
  cross join lateral (
    (select b.index, b.told, false as "isBefore"
      from (${toldOf('n.from_version and n.to_version', 'n."from"', 'n."to"')}) b)
    union all (select b.index, b.told, true from (${newestTold}) b)) t`,
}
