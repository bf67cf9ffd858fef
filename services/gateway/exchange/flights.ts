import type { OpenRow } from './open-queue.ts'

/**
 * A row that the hub has not answered for good. `dueAt`: when a row that was sent is sent again.
 */
export type Flight = { readonly row: OpenRow; attempts: number; dueAt: number }

export type Flights = {
  /** Takes rows up to the free room, each once. */
  readonly offer: (rows: readonly OpenRow[]) => void
  readonly answered: (digests: readonly string[]) => void
  readonly hasRoom: () => boolean
  readonly size: () => number
  /** Makes the rows ready whose time to be sent again has come. */
  readonly queueDue: (now: number) => void
  readonly ready: () => number
  /** The next ready rows, in the order of arrival. */
  readonly next: (most: number) => Flight[]
  /** Makes rows ready again, before all others. */
  readonly putBack: (flights: readonly Flight[]) => void
}

/** Keeps at most `window` rows. The others wait in the database. */
export const createFlights = (window: number): Flights => {
  const flights = new Map<string, Flight>()
  let ready: Flight[] = []
  const makeReady = (flight: Flight): void => {
    flight.dueAt = Infinity
    ready.push(flight)
  }
  const hasRoom = (): boolean => flights.size < window
  const take = (row: OpenRow): void => {
    const flight = { row, attempts: 0, dueAt: Infinity }
    flights.set(row.digest, flight)
    ready.push(flight)
  }
  return {
    offer: (rows) => {
      for (const row of rows) if (!flights.has(row.digest) && hasRoom()) take(row)
    },
    answered: (digests) => {
      for (const digest of digests) flights.delete(digest)
    },
    hasRoom,
    size: () => flights.size,
    queueDue: (now) => {
      for (const flight of flights.values()) if (flight.dueAt <= now) makeReady(flight)
    },
    ready: () => ready.length,
    next: (most) => {
      const batch = ready.slice(0, most).filter((flight) => flights.has(flight.row.digest))
      ready = ready.slice(most)
      return batch
    },
    putBack: (batch) => {
      ready = [...batch, ...ready]
    },
  }
}
