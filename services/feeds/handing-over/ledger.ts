import type { Pool } from 'pg'
import type { Unavailable } from '#runtime/process/unavailable.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { Log } from '#runtime/process/log.ts'
import { insertDeliveries, type Fullness } from '#store/handing-over/ledger.ts'
import type { FeedReader } from '../reading/reader.ts'
import { deliveryOf, markIn, merged, type Block } from './marks.ts'
import { createOffers, type Offered } from './offers.ts'

export type Ledger = {
  /**
   * Makes sure that [from, to] is offered, and resolves when the offer is durable. Mostly an offer
   * exists already: it reaches ahead of the log, and the next offer is made before it ends. Rejects
   * when the ledger cannot be written.
   */
  readonly offer: (
    reader: FeedReader,
    channel: string,
    topic: string,
    from: number,
    to: number,
  ) => Promise<Offered>
  /** Notes that an entry of the offer was handed over; written within `flushMs`. */
  readonly mark: (offered: Offered, index: number, told: Fullness) => void
  /**
   * What this process handed to a reader while the ledger does not say it yet; newer marks come
   * before older ones. Taken before the ledger is read, it misses nothing.
   */
  readonly unwritten: (readerKey: string) => readonly Block[]
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

export type LedgerOptions = {
  readonly pool: Pool
  readonly head: () => number
  readonly aheadEntries: number
  readonly now: () => Micros
  readonly flushMs: number
  readonly log: Log
}

/**
 * When marks have not been written for this long, handing over stops: the list of unwritten marks
 * must not grow without bound.
 */
const behindLimitMs = 10_000

class LedgerBehind extends Error implements Unavailable {
  override readonly name = 'LedgerBehind'
  readonly unavailable = true
}

export const openLedger = (options: LedgerOptions): Ledger => {
  const { pool, now, flushMs, log } = options
  const offers = createOffers(options)
  let unwrittenSince: number | undefined
  /** What was handed over is written although the time is no longer sure: the last sure one. */
  let handedOverAt: Micros = 0
  let writing: Promise<void> | undefined
  const isBehind = (): boolean =>
    unwrittenSince !== undefined && performance.now() - unwrittenSince > behindLimitMs + flushMs

  const write = async (): Promise<void> => {
    const since = unwrittenSince
    unwrittenSince = undefined
    try {
      await writeMarks(pool, offers.marked(), handedOverAt)
    } catch (error) {
      unwrittenSince = since
      throw error
    }
    offers.forget()
  }
  const flush = (): Promise<void> => (writing ??= write().finally(() => (writing = undefined)))
  const timer = setInterval(
    () =>
      void flush().catch((error: unknown) =>
        log.error({ err: error }, 'the delivery ledger is not written'),
      ),
    flushMs,
  )

  return {
    offer: async (...asked) => {
      if (isBehind()) throw new LedgerBehind('the delivery ledger cannot be written')
      const offered = await offers.cover(...asked)
      // after the offer has its time, because nothing is handed over before it is offered
      handedOverAt = now()
      return offered
    },
    mark: ({ blocks }, index, told) => {
      unwrittenSince ??= performance.now()
      markIn(blocks, index, told)
    },
    unwritten: (reader) => {
      const offered = [...offers.of(reader)]
      return [
        ...offered.flatMap(({ blocks }) => [...blocks.values()]),
        ...offered.flatMap(({ writing }) => [...writing.values()]),
      ]
    },
    flush,
    close: async () => {
      clearInterval(timer)
      await flush()
      await flush() // writes the marks that were made during the first flush
    },
  }
}

/** Writes the marks of these offers. Marks that cannot be written stay for the next flush. */
const writeMarks = async (pool: Pool, marked: readonly Offered[], at: Micros): Promise<void> => {
  if (marked.length === 0) return
  for (const o of marked) [o.writing, o.blocks] = [o.blocks, new Map()]
  try {
    const deliveries = marked.flatMap((o) =>
      [...o.writing.values()].map((block) => deliveryOf(o, block, at)),
    )
    await insertDeliveries(pool, deliveries)
  } catch (error) {
    for (const o of marked)
      for (const [start, block] of o.writing)
        o.blocks.set(start, merged(block, o.blocks.get(start)))
    throw error
  } finally {
    for (const o of marked) o.writing = new Map()
  }
}
