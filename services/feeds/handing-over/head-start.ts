import type { Pool } from 'pg'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { isVictimFirst, waitsFor } from '#core/decide/victim-first.ts'
import { agenciesTold } from '#store/handing-over/ledger.ts'
import type { FeedEntry } from '../reading/feed-entry.ts'
import type { FeedReader } from '../reading/reader.ts'

/**
 * Whether a reader is not yet told of an entry, because victim desks are told first. Never for
 * long: `headStartMs` at most.
 */
export type HeadStart = (
  entry: FeedEntry,
  asking: { readonly reader: FeedReader; readonly registry: Registry; readonly now: Micros },
) => Promise<boolean>

const keepMs = 250
const maxHeld = 10_000

type Known = {
  readonly since: number
  counted?: true
  readAt: number
  told: Promise<ReadonlySet<string>> | undefined
}

/**
 * The desks were told when the delivery ledger says so, of any process: its last second may be
 * missing. Should the clock that gave the log time be ahead of ours, the head start is counted from
 * when this process was first asked. `onWait` is called once for an entry.
 */
export const createHeadStart = (pool: Pool, headStartMs: number, onWait: () => void): HeadStart => {
  const known = new Map<number, Known>()
  const of = (index: number): Known => {
    const held = known.get(index)
    if (held !== undefined) return held
    if (known.size >= maxHeld) known.delete(known.keys().next().value!)
    const made: Known = { since: performance.now(), readAt: 0, told: undefined }
    known.set(index, made)
    return made
  }
  const toldOf = (
    index: number,
    entry: Known,
    desks: readonly string[],
  ): Promise<ReadonlySet<string>> => {
    if (entry.told === undefined || performance.now() - entry.readAt > keepMs) {
      entry.readAt = performance.now()
      entry.told = agenciesTold(pool, index, desks)
      entry.told.catch(() => (entry.told = undefined)) // asked again; who asked is told
    }
    return entry.told
  }
  return async (entry, { reader, registry, now }) => {
    if (!isVictimFirst(entry.marked)) return false
    const desks = waitsFor(reader, entry.marked, registry, now, headStartMs * 1000)
    if (desks.length === 0) return false
    const seen = of(entry.index)
    if (performance.now() - seen.since >= headStartMs) return false
    const told = await toldOf(entry.index, seen, desks)
    if (desks.every((desk) => told.has(desk))) return false
    if (!seen.counted) onWait()
    seen.counted = true
    return true
  }
}
