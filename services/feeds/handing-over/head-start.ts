import type { Pool } from 'pg'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { isVictimFirst, waitsFor } from '#core/decide/victim-first.ts'
import { agenciesTold } from '#store/handing-over/ledger.ts'
import type { FeedEntry } from '../reading/feed-entry.ts'
import type { FeedReader } from '../reading/reader.ts'

/**
 * Whether a reader waits for an entry because victim desks get it first. A reader waits for
 * `headStartMs` at most.
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
 * A desk has an entry when the delivery ledger says so, whichever process handed it over. The
 * ledger may lack the last second. If the log is ahead of the database's time, the head start
 * counts from the first time this process was asked. `onWait` is called once
 * for each entry.
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
      entry.told.catch(() => (entry.told = undefined)) // the next caller asks again
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
