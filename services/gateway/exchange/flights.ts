import type { OpenRow } from '../outbox.ts'

/**
 * A row that the hub has not answered for good. `dueAt`: when it is sent again, once it was sent.
 */
export type Flight = { row: OpenRow; attempts: number; dueAt: number }

export type Flights = {
  /** Takes rows up, as many as there is room for; one that is known already may be replaced. */
  readonly offer: (rows: readonly OpenRow[]) => void
  readonly answered: (digests: readonly string[]) => void
  readonly hasRoom: () => boolean
  readonly size: () => number
  /** What is due at that time becomes ready to be sent. */
  readonly queueDue: (now: number) => void
  readonly ready: () => number
  /** The next that are ready, in the order they came. */
  readonly next: (most: number) => Flight[]
  /** Ready again, before all others. */
  readonly putBack: (flights: readonly Flight[]) => void
}

/** At most `window` rows; the rest waits in the database. */
export const createFlights = (window: number): Flights => {
  const flights = new Map<string, Flight>()
  let ready: Flight[] = []
  const makeReady = (flight: Flight): void => {
    flight.dueAt = Infinity
    ready.push(flight)
  }
  const hasRoom = (): boolean => flights.size < window
  /** Confirmed, or no longer: something else is to be published for it, and at once. */
  const replace = (flight: Flight, row: OpenRow): void => {
    if (flight.row.envelope === row.envelope) return
    Object.assign(flight, { row, attempts: 0 })
    if (flight.dueAt !== Infinity) makeReady(flight) // else it is waiting to be sent already
  }
  const take = (row: OpenRow): void => {
    const flight = { row, attempts: 0, dueAt: Infinity }
    flights.set(row.digest, flight)
    ready.push(flight)
  }
  return {
    offer: (rows) => {
      for (const row of rows) {
        const known = flights.get(row.digest)
        if (known !== undefined) replace(known, row)
        else if (hasRoom()) take(row)
      }
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
