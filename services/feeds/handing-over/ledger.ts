import type { Pool } from 'pg'
import type { Unavailable } from '#runtime/process/unavailable.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import type { Log } from '#runtime/process/log.ts'
import {
  deliverySpan,
  insertDeliveries,
  insertOffers,
  type Delivery,
  type Offer,
  type Told,
} from '#store/handing-over/ledger.ts'
import { readerKey, type FeedReader } from '../reading/reader.ts'

/** A range offered to one client on one channel and topic: what is sent of it may be marked. */
export type Offered = {
  readonly id: number
  readonly offer: Offer
  blocks: Map<number, Block>
  /** Being written; what is marked meanwhile lies in `blocks`. */
  writing: ReadonlyMap<number, Block>
  usedAt: number
}

type Block = {
  readonly start: number
  readonly bits: Buffer
  bare: Buffer | null
  withdrawn: Buffer | null
  first: number
  last: number
}

export type Ledger = {
  /**
   * Sees to it that [from, to] is offered, and durably so before it resolves. Mostly it is already:
   * an offer reaches ahead of the log, and the next one is made before this one ends. Rejects where
   * the ledger cannot be written.
   */
  readonly offer: (
    reader: FeedReader,
    channel: string,
    topic: string,
    from: number,
    to: number,
  ) => Promise<Offered>
  /** Notes that an entry of the offer was handed over; written within `flushMs`. */
  readonly mark: (offered: Offered, index: number, told: Told) => void
  /** How a reader was told of an entry by this process, where that is not yet written. */
  readonly unwritten: (readerKey: string, index: number) => Told | undefined
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

export type LedgerOptions = {
  readonly pool: Pool
  readonly head: () => number
  readonly aheadEntries: number
  readonly flushMs: number
  readonly log: Log
}

/**
 * Marks that cannot be written for so long end the handing over: what is not in the ledger must not
 * grow without bound.
 */
const behindLimitMs = 10_000
const forgetAfterMs = 300_000

class LedgerBehind extends Error implements Unavailable {
  override readonly name = 'LedgerBehind'
  readonly unavailable = true
}

export const openLedger = ({ pool, head, aheadEntries, flushMs, log }: LedgerOptions): Ledger => {
  const current = new Map<string, Offered>()
  const renewals = new Map<string, Promise<Offered>>()
  /** By reader, those that were replaced as well: whoever got one just before may still mark it. */
  const all = new Map<string, Set<Offered>>()
  let unwrittenSince: number | undefined
  let writing: Promise<void> | undefined
  const makeOffer = createOfferWriter(pool)

  const renew = (key: string, offer: Offer): Promise<Offered> => {
    const underWay = renewals.get(key)
    if (underWay !== undefined) return underWay
    const made = makeOffer(offer)
      .then((id) => {
        const offered: Offered = {
          id,
          offer,
          blocks: new Map(),
          writing: new Map(),
          usedAt: performance.now(),
        }
        current.set(key, offered)
        const reader = readerKey(offer.agency, offer.purpose)
        all.set(reader, (all.get(reader) ?? new Set()).add(offered))
        return offered
      })
      .finally(() => renewals.delete(key))
    renewals.set(key, made)
    return made
  }

  const write = async (): Promise<void> => {
    const at = nowMicros()
    const since = unwrittenSince
    unwrittenSince = undefined
    const marked = [...all.values()].flatMap((of) => [...of].filter((o) => o.blocks.size > 0))
    if (marked.length > 0) {
      for (const o of marked) [o.writing, o.blocks] = [o.blocks, new Map()]
      try {
        await insertDeliveries(
          pool,
          marked.flatMap((o) => [...o.writing.values()].map((b) => deliveryOf(o, b, at))),
        )
      } catch (error) {
        unwrittenSince = since
        for (const o of marked)
          for (const [start, block] of o.writing)
            o.blocks.set(start, merged(block, o.blocks.get(start)))
        throw error
      } finally {
        for (const o of marked) o.writing = new Map()
      }
    }
    forget()
  }
  const forget = (): void => {
    const isDone = (o: Offered): boolean =>
      o.blocks.size === 0 && performance.now() - o.usedAt > forgetAfterMs
    for (const [key, o] of current) if (isDone(o)) current.delete(key)
    for (const [reader, of] of all) {
      for (const o of of) if (isDone(o)) of.delete(o)
      if (of.size === 0) all.delete(reader)
    }
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
    offer: async (reader, channel, topic, from, to) => {
      if (
        unwrittenSince !== undefined &&
        performance.now() - unwrittenSince > behindLimitMs + flushMs
      )
        throw new LedgerBehind('the delivery ledger cannot be written')
      const key = `${reader.client} ${reader.purpose} ${channel} ${topic}`
      const offer = (): Offer => ({
        participant: reader.participant,
        agency: reader.agency,
        purpose: reader.purpose,
        client: reader.client,
        channel,
        topic,
        from,
        to: Math.max(to, head()) + aheadEntries,
        at: nowMicros(),
      })
      for (;;) {
        const offered = current.get(key)
        if (offered !== undefined && offered.offer.from <= from && to <= offered.offer.to) {
          offered.usedAt = performance.now()
          // asked again, and told, when this one ends
          if (to > offered.offer.to - aheadEntries / 2) renew(key, offer()).catch(() => undefined)
          return offered
        }
        await renew(key, offer())
      }
    },
    mark: ({ blocks }, index, told) => {
      unwrittenSince ??= performance.now()
      const start = index - (index % deliverySpan)
      let block = blocks.get(start)
      if (block === undefined)
        blocks.set(
          start,
          (block = {
            start,
            bits: emptyBits(),
            bare: null,
            withdrawn: null,
            first: index,
            last: index,
          }),
        )
      setBit(block.bits, index - start)
      if (told !== 'content') setBit((block.bare ??= emptyBits()), index - start)
      if (told === 'withdrawn') setBit((block.withdrawn ??= emptyBits()), index - start)
      if (index < block.first) block.first = index
      if (index > block.last) block.last = index
    },
    unwritten: (reader, index) => {
      const start = index - (index % deliverySpan)
      for (const { blocks, writing } of all.get(reader) ?? []) {
        for (const block of [blocks.get(start), writing.get(start)]) {
          if (block !== undefined && hasBit(block.bits, index - start))
            return toldIn(block, index - start)
        }
      }
      return undefined
    },
    flush,
    close: async () => {
      clearInterval(timer)
      await flush()
      await flush() // what was marked while the first one wrote
    },
  }
}

/** Offers asked for at the same time are written together. */
const createOfferWriter = (pool: Pool): ((offer: Offer) => Promise<number>) => {
  type Waiting = { offer: Offer; resolve: (id: number) => void; reject: (error: unknown) => void }
  let waiting: Waiting[] = []
  const write = async (): Promise<void> => {
    const group = waiting
    waiting = []
    try {
      const ids = await insertOffers(
        pool,
        group.map((w) => w.offer),
      )
      group.forEach((w, i) => w.resolve(ids[i]!))
    } catch (error) {
      for (const w of group) w.reject(error)
    }
  }
  return (offer) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    if (waiting.push({ offer, resolve, reject }) === 1) setImmediate(() => void write())
    return promise
  }
}

const emptyBits = (): Buffer => Buffer.alloc(deliverySpan / 8)
const setBit = (bits: Buffer, at: number): void => void (bits[at >> 3]! |= 1 << (at & 7))
const hasBit = (bits: Buffer | null, at: number): boolean =>
  bits !== null && (bits[at >> 3]! & (1 << (at & 7))) !== 0
const toldIn = (block: Block, at: number): Told =>
  hasBit(block.withdrawn, at) ? 'withdrawn' : hasBit(block.bare, at) ? 'bare' : 'content'

const merged = (a: Block, b: Block | undefined): Block => {
  if (b === undefined) return a
  const either = (x: Buffer | null, y: Buffer | null): Buffer | null =>
    x === null || y === null ? (x ?? y) : Buffer.from(x.map((byte, i) => byte | y[i]!))
  return {
    start: a.start,
    bits: either(a.bits, b.bits)!,
    bare: either(a.bare, b.bare),
    withdrawn: either(a.withdrawn, b.withdrawn),
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
  }
}

/** A row begins at a whole byte of its block, so that bitmaps are cut without shifting. */
const deliveryOf = ({ id, offer }: Offered, block: Block, at: number): Delivery => {
  const from = (block.first - block.start) >> 3
  const to = ((block.last - block.start) >> 3) + 1
  const cut = (bits: Buffer | null): Buffer | null => bits && bits.subarray(from, to)
  return {
    offer: id,
    agency: offer.agency,
    purpose: offer.purpose,
    topic: offer.topic,
    first: block.start + from * 8,
    last: block.last,
    bitmap: cut(block.bits)!,
    bare: cut(block.bare),
    withdrawn: cut(block.withdrawn),
    at,
  }
}
