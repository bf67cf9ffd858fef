import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { registryOf, type RegistryRow } from '#core/registry/change.ts'
import {
  readLogTime,
  readRightsHistory,
  type RegistryStep,
} from '#store/registry/rights-history.ts'
import type { Position } from './position.ts'
import { rightsEpoch, type FeedReader } from './reader.ts'

/** The clocks of the registry's writer and of the feeds may differ by so much. */
const clockMargin = 1_000_000

/**
 * When the rights that a cursor was made under ended: what was handed over before is behind that
 * cursor. A later time would take for done what a backfill sent and its reader never kept; an
 * earlier one only sends more again. The cursor is no older than the entry it names, and of the
 * times with its epoch the first that fits is taken.
 */
export const rightsEnded = async (
  pool: Pool,
  reader: FeedReader,
  { epoch, index }: Position,
): Promise<Micros> => {
  const [history, madeAfter] = await Promise.all([
    readRightsHistory(pool, reader.participant, reader.agency),
    readLogTime(pool, index),
  ])
  return Math.max(0, firstEnd(history, reader, epoch, madeAfter ?? 0) - clockMargin)
}

/** 0 where the epoch is none of the history: everything is looked at again. */
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
