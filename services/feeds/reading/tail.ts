import { noticeKey } from '#store/log/rows.ts'
import type { Pool } from 'pg'
import { listen } from '#runtime/postgres/listen.ts'
import { eachInTurns } from '#runtime/process/give-turn.ts'
import type { Log } from '#runtime/process/log.ts'
import { readHead, readRows } from '#store/log/rows.ts'
import { lastDestruction, readDestructions } from '#store/log/retention.ts'
import { type FeedEntry } from './feed-entry.ts'
import { createHeld, type HeldOptions } from './held-entries.ts'

/** Keeps the newest entries of the log in memory and follows the log as it grows. */
export type Tail = {
  /** The last index seen; -1 for an empty log. */
  readonly head: () => number
  /** The lowest index in memory. Everything from here to `head` is in memory. */
  readonly base: () => number
  /**
   * The entries in (after, to] that carry one of the tokens, or that may withdraw a notice from a
   * reader who holds it: the same entries that the database finds by token. At most `limit`;
   * nothing up to `scannedTo` is left out. `after` is at least `base - 1`.
   */
  readonly candidates: (
    tokens: ReadonlySet<string>,
    after: number,
    to: number,
    limit: number,
  ) => { readonly entries: readonly FeedEntry[]; readonly scannedTo: number }
  /**
   * The newest entry of the notice of an entry in memory. It is in memory too, because it is later.
   */
  readonly newest: (entry: FeedEntry) => FeedEntry
  /** Called after new entries are in. */
  readonly onGrowth: (listener: () => void) => () => void
  /** How long ago the log was last read to its end. */
  readonly staleMs: () => number
  readonly size: () => { readonly entries: number; readonly bytes: number }
  readonly close: () => Promise<void>
}

export type TailOptions = HeldOptions & {
  /** Called when content was destroyed, so that copies of it are dropped. */
  readonly onDestroyed?: () => void
  readonly pool: Pool
  readonly url: string
  readonly pollMs: number
  readonly log: Log
}

const readLimit = 1000

/**
 * Opens the tail at the end of the log. NOTIFY wakes it; polling replaces a lost notification.
 * Entries commit in the order of their indexes, so everything after the last index is new. The tail
 * looks for destroyed content before it reads the log, so it misses none in between.
 */
export const openTail = async (options: TailOptions): Promise<Tail> => {
  const { pool, url, pollMs, log } = options
  const destroyedTo = await lastDestruction(pool)
  const first = (await readHead(pool)) + 1 - options.maxEntries
  const held = createHeld(options, Math.max(0, first))
  const forgetDestroyed = createForgetting(options, held.forget, destroyedTo)
  const growth = createListeners()
  let readAt = performance.now()
  let again = false
  let someDestroyed = false
  let reading: Promise<void> | undefined

  const readOn = async (): Promise<void> => {
    for (let full = true; full || again;) {
      again = false
      const started = performance.now()
      const rows = await readRows(pool, held.head(), readLimit)
      await eachInTurns(rows, held.add)
      full = rows.length === readLimit
      if (someDestroyed) {
        someDestroyed = false
        await forgetDestroyed()
      }
      if (!full) readAt = started
      if (rows.length > 0) growth.tell()
    }
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
  const lookAll = (): void => {
    someDestroyed = true
    refresh()
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
    ...held,
    onGrowth: growth.add,
    staleMs: () => performance.now() - readAt,
    close: async () => {
      clearInterval(timer)
      await listener.close()
      await reading
    },
  }
}

const createListeners = () => {
  const listeners = new Set<() => void>()
  return {
    add: (listener: () => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell: () => {
      for (const listener of listeners) listener()
    },
  }
}

/** Drops destroyed content from memory. */
const createForgetting = (
  { pool, onDestroyed }: TailOptions,
  forget: (notices: ReadonlySet<string>) => void,
  destroyedTo: number,
): (() => Promise<void>) => {
  let after = destroyedTo
  return async () => {
    for (;;) {
      const gone = await readDestructions(pool, after, readLimit)
      if (gone.length === 0) return
      forget(new Set(gone.map(noticeKey)))
      after = gone.at(-1)!.seq
      onDestroyed?.()
    }
  }
}
