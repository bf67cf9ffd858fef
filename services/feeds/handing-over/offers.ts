import type { Pool } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import type { Offer } from '#store/handing-over/ledger.ts'
import { readerKey, type FeedReader } from '../reading/reader.ts'
import type { Block } from './marks.ts'
import { createOfferWriter } from './offer-writer.ts'

/**
 * A range that is offered to one client on one channel and topic. Only what is offered may be
 * marked.
 */
export type Offered = {
  readonly id: number
  readonly offer: Offer
  blocks: Map<number, Block>
  /** The blocks that are being written. New marks go into `blocks`. */
  writing: ReadonlyMap<number, Block>
  usedAt: number
}

/** The offers of this process. */
export type Offers = {
  /** A durable offer of [from, to]. The next offer is made before this one ends. */
  readonly cover: (
    reader: FeedReader,
    channel: string,
    topic: string,
    from: number,
    to: number,
  ) => Promise<Offered>
  /** The offers of a reader, with the replaced ones, whose holders may still mark them. */
  readonly of: (readerKey: string) => Iterable<Offered>
  readonly marked: () => Offered[]
  /** Drops the offers that were not used for a long time. */
  readonly forget: () => void
}

const forgetAfterMs = 300_000

export const createOffers = (options: {
  readonly pool: Pool
  readonly head: () => number
  readonly aheadEntries: number
  readonly now: () => Micros
}): Offers => {
  const { head, aheadEntries, now } = options
  const current = new Map<string, Offered>()
  const renewals = new Map<string, Promise<Offered>>()
  const all = new Map<string, Set<Offered>>()
  const makeOffer = createOfferWriter(options.pool)

  const make = async (key: string, offer: Offer): Promise<Offered> => {
    const id = await makeOffer(offer)
    const usedAt = performance.now()
    const offered: Offered = { id, offer, blocks: new Map(), writing: new Map(), usedAt }
    current.set(key, offered)
    const reader = readerKey(offer.agency, offer.purpose)
    all.set(reader, (all.get(reader) ?? new Set()).add(offered))
    return offered
  }
  const renew = (key: string, offer: Offer): Promise<Offered> => {
    const underWay = renewals.get(key)
    if (underWay !== undefined) return underWay
    const made = make(key, offer).finally(() => renewals.delete(key))
    renewals.set(key, made)
    return made
  }
  const cover: Offers['cover'] = async (reader, channel, topic, from, to) => {
    const key = `${reader.client} ${reader.purpose} ${channel} ${topic}`
    const until = (): number => Math.max(to, head()) + aheadEntries
    const offer = (): Offer => offerOf(reader, channel, topic, from, until(), now())
    for (;;) {
      const offered = current.get(key)
      if (offered !== undefined && offered.offer.from <= from && to <= offered.offer.to) {
        offered.usedAt = performance.now()
        // If this renewal fails, the renewal at the end of this offer tells the error.
        if (to > offered.offer.to - aheadEntries / 2) renew(key, offer()).catch(() => undefined)
        return offered
      }
      await renew(key, offer())
    }
  }
  return {
    cover,
    of: (reader) => all.get(reader) ?? [],
    marked: () => [...all.values()].flatMap((of) => [...of].filter((o) => o.blocks.size > 0)),
    forget: () => forgetUnused(current, all),
  }
}

const offerOf = (
  { participant, agency, purpose, client }: FeedReader,
  channel: string,
  topic: string,
  from: number,
  to: number,
  at: Micros,
): Offer => ({ participant, agency, purpose, client, channel, topic, from, to, at })

const forgetUnused = (current: Map<string, Offered>, all: Map<string, Set<Offered>>): void => {
  const isDone = (o: Offered): boolean =>
    o.blocks.size === 0 && performance.now() - o.usedAt > forgetAfterMs
  for (const [key, o] of current) if (isDone(o)) current.delete(key)
  for (const [reader, of] of all) {
    for (const o of of) if (isDone(o)) of.delete(o)
    if (of.size === 0) all.delete(reader)
  }
}
