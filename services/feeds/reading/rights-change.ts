import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { registryOf, type RegistryRow } from '#core/registry/change.ts'
import {
  readLogTime,
  readRightsHistory,
  type RegistryStep,
} from '#store/registry/rights-history.ts'
import { minuteMicros } from '#store/log/minutes.ts'
import type { Position } from './position.ts'
import { rightsEpoch, type FeedReader } from './reader.ts'

/**
 * The clock of the registry's writer and the clock of the feeds may differ by this much, in
 * microseconds.
 */
const clockMargin = 1_000_000

/**
 * When the rights of a cursor ended: the reader has everything that was handed over before. A later
 * time would skip entries that a backfill sent and the reader never kept. An earlier time only
 * sends some entries again. The cursor is no older than the entry that it names, nor than the end
 * of the minute; the first time that fits its epoch is taken.
 */
export const rightsEnded = async (
  pool: Pool,
  reader: FeedReader,
  { epoch, index, minute }: Position,
): Promise<Micros> => {
  const [history, logged] = await Promise.all([
    readRightsHistory(pool, reader.participant, reader.agency),
    readLogTime(pool, index),
  ])
  const over = minute === undefined ? 0 : (minute + 1) * minuteMicros - clockMargin
  const end = firstEnd(history, reader, epoch, Math.max(logged ?? 0, over))
  return Math.max(0, end - clockMargin)
}

/**
 * Answers 0 if the history does not have the epoch: then the backfill looks at everything again.
 */
export const firstEnd = (
  history: readonly RegistryStep[],
  reader: Pick<FeedReader, 'participant' | 'agency'>,
  epoch: number,
  madeAfter: Micros,
): Micros => {
  const rows = new Map<string, RegistryRow>()
  let held: number | undefined
  for (const { row, at } of history) {
    rows.set(`${row.kind} ${row.id}`, row)
    const next = rightsEpoch(reader, registryOf(0, [...rows.values()]))
    if (held === epoch && next !== epoch && at >= madeAfter) return at
    held = next
  }
  return 0
}
