import type { Pool } from 'pg'
import { listen } from '#runtime/postgres/database.ts'
import type { Log } from '#runtime/process/log.ts'
import { readRows, type LogRow } from '#store/log/rows.ts'
import { readHead } from '#store/log/rows.ts'
import { lastDestruction, readDestructions } from '#store/log/retention.ts'
import { destroyedEntry, feedEntryOf, isLater, noticeKey, type FeedEntry } from './feed-entry.ts'

/** The newest entries of the log in memory, followed as it grows. */
export type Tail = {
  /** The last index seen; -1 for an empty log. */
  readonly head: () => number
  /** Entries from this index on are in memory, up to `head`. */
  readonly base: () => number
  /**
   * Of the entries in (after, to] those that carry one of the tokens, or may withdraw something
   * from whoever carries one; as the database finds them by token. At most `limit`, and nothing up
   * to `scannedTo` is left out. `after` is at least `base - 1`.
   */
  readonly candidates: (
    tokens: ReadonlySet<string>,
    after: number,
    to: number,
    limit: number,
  ) => { readonly entries: readonly FeedEntry[]; readonly scannedTo: number }
  /**
   * The newest entry of the notice of an entry in memory: in memory as well, because it is later.
   */
  readonly newest: (entry: FeedEntry) => FeedEntry
  /** Called after new entries are in. */
  readonly onGrowth: (listener: () => void) => () => void
  /** How long ago the log was last read to its end. */
  readonly staleMs: () => number
  readonly size: () => { readonly entries: number; readonly bytes: number }
  readonly close: () => Promise<void>
}

export type TailOptions = {
  /** Called when content was destroyed: what else was kept of it is to be dropped. */
  readonly onDestroyed?: () => void
  /** Told of each entry that is not its notice's first. */
  readonly onLater?: (id: string) => void
  readonly pool: Pool
  readonly url: string
  readonly maxEntries: number
  readonly maxBytes: number
  readonly pollMs: number
  readonly log: Log
}

const readLimit = 1000

/**
 * Opens the tail at the end of the log. NOTIFY wakes it, and polling does where a notification is
 * lost. Entries commit in the order of their indexes, so what follows the last index seen is all
 * there is.
 */
export const openTail = async (options: TailOptions): Promise<Tail> => {
  const { pool, url, pollMs, log } = options
  // before the log is read, so that nothing is missed between the two
  let destroyedTo = await lastDestruction(pool)
  const head = await readHead(pool)
  const held = createHeld(options, Math.max(0, head + 1 - options.maxEntries))
  const listeners = new Set<() => void>()
  let readAt = performance.now()
  let again = false
  let someDestroyed = false
  let reading: Promise<void> | undefined

  const readOn = async (): Promise<void> => {
    for (let full = true; full || again;) {
      again = false
      const started = performance.now()
      const rows = await readRows(pool, held.head(), readLimit)
      for (const row of rows) held.add(row)
      full = rows.length === readLimit
      if (someDestroyed) await forgetDestroyed()
      if (!full) readAt = started
      if (rows.length > 0) for (const listener of listeners) listener()
    }
  }
  /** Content that was destroyed leaves the memory with it. */
  const forgetDestroyed = async (): Promise<void> => {
    someDestroyed = false
    for (
      let gone = await readDestructions(pool, destroyedTo, readLimit);
      gone.length > 0;
      gone = await readDestructions(pool, destroyedTo, readLimit)
    ) {
      held.forget(new Set(gone.map(noticeKey)))
      destroyedTo = gone.at(-1)!.seq
      options.onDestroyed?.()
    }
  }
  const lookAll = (): void => {
    someDestroyed = true
    refresh()
  }
  const refresh = (): void => {
    again = true
    reading ??= readOn()
      .catch((error: unknown) => {
        someDestroyed = true
        log.error({ err: error }, 'the log is not read')
      })
      .finally(() => (reading = undefined))
  }

  const listener = await listen(
    url,
    ['notice_log', 'content_destroyed'],
    (channel) => (channel === 'notice_log' ? refresh() : lookAll()),
    { onReconnect: lookAll, applicationName: 'feeds-tail' },
  )
  refresh()
  await reading
  const timer = setInterval(lookAll, pollMs)
  return {
    head: held.head,
    base: held.base,
    candidates: held.candidates,
    newest: held.newest,
    size: held.size,
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

/** What all entries of one notice have in common. */
type Family = { newest: FeedEntry | undefined }
type Held = FeedEntry & { readonly audience: readonly string[]; readonly family: Family }

const maxAudiences = 10_000

/** Entries of the same audience share one list, so that it is looked at once for a reader. */
const interned = (tokens: string, audiences: Map<string, readonly string[]>): readonly string[] => {
  const known = audiences.get(tokens)
  if (known !== undefined) return known
  if (audiences.size >= maxAudiences) audiences.clear()
  const list = tokens.split(' ')
  audiences.set(tokens, list)
  return list
}

const memberOf = (tokens: ReadonlySet<string>): ((audience: readonly string[]) => boolean) => {
  const known = new Map<readonly string[], boolean>()
  return (audience) => {
    const before = known.get(audience)
    if (before !== undefined) return before
    const carries = audience.some((token) => tokens.has(token))
    known.set(audience, carries)
    return carries
  }
}

/** A window over the end of the log: `first` is the index of the oldest entry held. */
const createHeld = (
  { maxEntries, maxBytes, onLater }: Pick<TailOptions, 'maxEntries' | 'maxBytes' | 'onLater'>,
  first: number,
) => {
  let entries: Held[] = []
  // of the window within `entries`: what lies before is dropped in one go now and then
  let start = 0
  let last = first - 1
  let bytes = 0
  const families = new Map<string, Family>()
  const audiences = new Map<string, readonly string[]>()
  const isFull = (): boolean =>
    entries.length - start > maxEntries || (bytes > maxBytes && entries.length > start)
  const drop = (): void => {
    const entry = entries[start++]!
    bytes -= entry.bytes
    if (entry.family.newest === entry) families.delete(noticeKey(entry))
    if (start > 1024 && start * 2 > entries.length) {
      entries = entries.slice(start)
      start = 0
    }
  }
  return {
    head: () => last,
    base: () => last + 1 - (entries.length - start),
    add: ({ tokens, ...row }: LogRow): void => {
      const key = noticeKey(row)
      const family: Family = families.get(key) ?? { newest: undefined }
      const entry: Held = { ...feedEntryOf(row), audience: interned(tokens, audiences), family }
      family.newest = entry
      if (isLater(entry)) onLater?.(entry.id)
      families.set(key, family)
      entries.push(entry)
      last = entry.index
      bytes += entry.bytes
      while (isFull()) drop()
    },
    forget: (notices: ReadonlySet<string>): void => {
      for (let at = start; at < entries.length; at++) {
        const entry = entries[at]!
        if (entry.destroyed || !notices.has(noticeKey(entry))) continue
        const { family, audience } = entry
        const left: Held = { ...destroyedEntry(entry), audience, family }
        if (family.newest === entry) family.newest = left
        bytes += left.bytes - entry.bytes
        entries[at] = left
      }
      entries = entries.slice(start) // what was dropped lies before it
      start = 0
    },
    candidates: (tokens: ReadonlySet<string>, after: number, to: number, limit: number) => {
      const carries = memberOf(tokens)
      const found: FeedEntry[] = []
      const first = last + 1 - (entries.length - start)
      for (
        let at = start + Math.max(0, after + 1 - first);
        at < entries.length && found.length < limit;
        at++
      ) {
        const entry = entries[at]!
        if (entry.index > to) break
        if (carries(entry.audience) || isLater(entry)) found.push(entry)
      }
      return { entries: found, scannedTo: found.length === limit ? found.at(-1)!.index : to }
    },
    newest: (entry: FeedEntry) => (entry as Held).family.newest!,
    size: () => ({ entries: entries.length - start, bytes }),
  }
}
