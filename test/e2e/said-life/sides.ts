import type { Test } from 'tap'
import { formatMicros } from '#core/time.ts'
import { queryOnce } from '#test/support/database.ts'
import { until } from '#test/support/until.ts'
import { gatewayUrl, hubUrl, limitMs, settled, shown } from './world.ts'

export type Said = { readonly by: string; readonly id: string }

/** One statement as one side knows it: its place in the log, and its log time. */
type Known = { readonly by: string; readonly index: string; readonly at: string }

const inOrder = (all: readonly Known[]): Known[] =>
  all.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))

type Row = { readonly by: string; readonly index: string; readonly time: string }

const knownOf = (rows: readonly Row[]): Known[] =>
  rows.map(({ time, ...row }) => ({ ...row, at: formatMicros(Number(time)) }))

/** What the hub's log has of statements about a notice. */
export const logged = async (notice: string): Promise<Known[]> =>
  knownOf(
    await queryOnce<Row>(
      hubUrl,
      `select issuer as by, index::text, time::text from entry where event = 'reaction'
       and about_issuer = 'TH' and about_id = $1 order by entry.index`,
      [notice],
    ),
  )

/** What the originator's gateway keeps of them. */
export const kept = async (notice: string): Promise<Known[]> =>
  knownOf(
    await queryOnce<Row>(
      gatewayUrl('TH'),
      `select participant as by, index::text, at::text as time from told
       where type = 'reaction' and about_id = $1 order by at`,
      [notice],
    ),
  )

/** What those who said it know by their receipts. A refusal has no place. */
export const receipted = async (said: readonly Said[]): Promise<Known[]> => {
  const ends = await Promise.all(
    said.map(async ({ by, id }) => ({ by, ...(await settled(by, id)) })),
  )
  return inOrder(
    ends.flatMap(({ by, status, receipt: { index, time } }) =>
      status === 'accepted' ? [{ by, index: String(index), at: String(time) }] : [],
    ),
  )
}

/**
 * Both sides of a notice agree: each accepted statement of `said` has one entry, in the order of
 * the log times, and its originator is told of each once, and of nothing else.
 */
export const bothAgree = async (
  t: Test,
  notice: string,
  said: readonly Said[],
): Promise<Known[]> => {
  const known = await receipted(said)
  t.same(await logged(notice), known, 'the log has what those who said it were answered')
  await until(
    'the originator is told',
    async () => (await kept(notice)).length >= known.length,
    limitMs,
  )
  t.same(await kept(notice), known, 'and the originator keeps the same')
  t.same(
    (await shown(notice)).map(({ participant, at }) => ({ participant, at })),
    known.map(({ by, at }) => ({ participant: by, at })),
    'and is shown the same',
  )
  return known
}

/** The time of the hub's database, as log times are written. */
export const databaseTime = async (): Promise<string> => {
  const [row] = await queryOnce<{ time: string }>(
    hubUrl,
    'select (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as time',
  )
  return formatMicros(Number(row!.time))
}
