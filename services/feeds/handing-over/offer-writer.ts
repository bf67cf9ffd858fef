import type { Pool } from 'pg'
import { insertOffers, type Offer } from '#store/handing-over/ledger.ts'

/** Writes offers. Offers that are asked for at the same time are written in one statement. */
export const createOfferWriter = (pool: Pool): ((offer: Offer) => Promise<number>) => {
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
