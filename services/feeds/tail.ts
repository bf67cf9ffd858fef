import type { Pool } from 'pg'
import { listen } from '#runtime/database.ts'
import type { Log } from '#runtime/log.ts'
import { readRows } from '#store/candidates.ts'
import { readHead } from '#store/entries.ts'
import { feedEntryOf, noticeKey, type FeedEntry } from './feed-entry.ts'

/** The newest entries of the log in memory, followed as it grows. */
export type Tail = {
  /** The last index seen; -1 for an empty log. */
  readonly head: () => number
  /** Entries from this index on are in memory, up to `head`. */
  readonly base: () => number
  /** Entries after `after`, which must be at least `base - 1`; at most `limit`. */
  readonly entriesAfter: (after: number, limit: number) => readonly FeedEntry[]
  /** The newest entry of a notice, if it is in memory. */
  readonly newest: (entry: Pick<FeedEntry, 'issuer' | 'id'>) => FeedEntry | undefined
  /** Called after new entries are in. */
  readonly onGrowth: (listener: () => void) => () => void
  /** How long ago the log was last read to its end. */
  readonly staleMs: () => number
  readonly size: () => { readonly entries: number; readonly bytes: number }
  readonly close: () => Promise<void>
}

export type TailOptions = {
  readonly pool: Pool
  readonly url: string
  readonly maxEntries: number
  readonly maxBytes: number
  readonly pollMs: number
  readonly log: Log
}

const readLimit = 1000

/**
 * Opens the tail at the end of the log. NOTIFY wakes it, and polling does where a notification is lost. Entries commit in
 * the order of their indexes, so what follows the last index seen is all there is.
 */
export const openTail = async (options: TailOptions): Promise<Tail> => {
  const { pool, url, pollMs, log } = options
  const head = await readHead(pool)
  const held = createHeld(options, Math.max(0, head + 1 - options.maxEntries))
  const listeners = new Set<() => void>()
  let readAt = performance.now()
  let again = false
  let reading: Promise<void> | undefined

  const readOn = async (): Promise<void> => {
    for (let full = true; full || again; ) {
      again = false
      const started = performance.now()
      const rows = await readRows(pool, held.head(), readLimit)
      for (const row of rows) held.add(feedEntryOf(row))
      full = rows.length === readLimit
      if (!full) readAt = started
      if (rows.length > 0) for (const listener of listeners) listener()
    }
  }
  const refresh = (): void => {
    again = true
    reading ??= readOn().catch((error: unknown) => log.error({ err: error }, 'the log is not read')).finally(() => (reading = undefined))
  }

  const listener = await listen(url, ['notice_log'], refresh, { onReconnect: refresh, applicationName: 'feeds-tail' })
  refresh()
  await reading
  const timer = setInterval(refresh, pollMs)
  return {
    head: held.head, base: held.base, entriesAfter: held.entriesAfter, newest: held.newest, size: held.size,
    onGrowth: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    staleMs: () => performance.now() - readAt,
    close: async () => {
      clearInterval(timer)
      await listener.close()
      await reading
    },
  }
}

/** A window over the end of the log: `first` is the index of the oldest entry held. */
const createHeld = ({ maxEntries, maxBytes }: Pick<TailOptions, 'maxEntries' | 'maxBytes'>, first: number) => {
  let entries: FeedEntry[] = []
  let start = 0 // of the window within `entries`: what lies before is dropped in one go now and then
  let last = first - 1
  let bytes = 0
  const newest = new Map<string, FeedEntry>()
  const isFull = (): boolean => entries.length - start > maxEntries || (bytes > maxBytes && entries.length > start)
  const drop = (): void => {
    const entry = entries[start++]!
    bytes -= entry.bytes
    if (newest.get(noticeKey(entry)) === entry) newest.delete(noticeKey(entry))
    if (start > 1024 && start * 2 > entries.length) {
      entries = entries.slice(start)
      start = 0
    }
  }
  return {
    head: () => last,
    base: () => last + 1 - (entries.length - start),
    add: (entry: FeedEntry): void => {
      entries.push(entry)
      last = entry.index
      bytes += entry.bytes
      newest.set(noticeKey(entry), entry)
      while (isFull()) drop()
    },
    entriesAfter: (after: number, limit: number): readonly FeedEntry[] => {
      const from = start + Math.max(0, after + 1 - (last + 1 - (entries.length - start)))
      return entries.slice(from, from + limit)
    },
    newest: (entry: Pick<FeedEntry, 'issuer' | 'id'>) => newest.get(noticeKey(entry)),
    size: () => ({ entries: entries.length - start, bytes }),
  }
}
