import { createTally } from '#runtime/process/tally.ts'
import type { OpenRow } from './open-queue.ts'

/**
 * A row that the hub has not answered. `dueAt`: when a row that was sent is looked up again.
 * `held`: the hub holds it, and it is sent once and forgotten.
 */
export type Flight = { row: OpenRow; attempts: number; dueAt: number; readonly held?: true }

export type Flights = {
  /** Takes rows up to the free room, each once. */
  readonly offer: (rows: readonly OpenRow[]) => void
  /** Takes rows that the hub holds. They take no room. */
  readonly offerHeld: (rows: readonly OpenRow[]) => void
  /** Forgets rows: the hub has answered them, or holds them. */
  readonly answered: (digests: readonly string[]) => void
  /** Whether an agency has room for another row. */
  readonly hasRoom: (agency: string) => boolean
  readonly size: () => number
  /** The digests of the rows whose time to be sent again has come; each is named once. */
  readonly due: (now: number) => string[]
  /** Of rows that were due: makes those ready that are unanswered still, and forgets the others. */
  readonly again: (digests: readonly string[], unanswered: readonly OpenRow[]) => void
  /** Makes rows that were due ready as they are. */
  readonly againUnseen: (digests: readonly string[]) => void
  readonly ready: () => number
  /** The next ready rows: in turn of each agency, of one agency in the order of arrival. */
  readonly next: (most: number) => Flight[]
  /** Makes rows ready again, before all others. */
  readonly putBack: (flights: readonly Flight[]) => void
}

/** The lane of what the gateway itself says: it goes when nothing else is ready. */
const ownLane = ''
const heldLane = '\0held'
const laneOf = ({ row, held }: Flight): string => (held ? heldLane : row.agency)

/**
 * Keeps the rows that are under way; the others wait in the database. An agency has room for an
 * equal share of `window`, among the agencies that have rows here: one agency alone for all of it.
 * So what one agency sends, however much, leaves the others their share at once.
 */
export const createFlights = (window: number): Flights => {
  const flights = new Map<string, Flight>()
  const lanes = createLanes()
  const taken = createTally()
  const hasRoom = (agency: string): boolean => {
    const own = taken.of(agency)
    const agencies = taken.size() + (own > 0 ? 0 : 1)
    return own < Math.max(1, Math.floor(window / agencies))
  }
  const makeReady = (flight: Flight): void => {
    flight.dueAt = Infinity
    lanes.add(flight)
  }
  const take = (row: OpenRow): void => {
    const flight = { row, attempts: 0, dueAt: Infinity }
    flights.set(row.digest, flight)
    taken.add(row.agency, 1)
    lanes.add(flight)
  }
  const forget = (digest: string): void => {
    const known = flights.get(digest)
    if (known !== undefined && flights.delete(digest)) taken.add(known.row.agency, -1)
  }
  const isOpen = ({ row, held }: Flight): boolean => held === true || flights.has(row.digest)
  return {
    offer: (rows) => {
      for (const row of rows) if (!flights.has(row.digest) && hasRoom(row.agency)) take(row)
    },
    offerHeld: (rows) => {
      for (const row of rows) lanes.add({ row, attempts: 0, dueAt: Infinity, held: true })
    },
    answered: (digests) => digests.forEach(forget),
    hasRoom,
    size: () => flights.size,
    due: (now) => {
      const due = [...flights].filter(([, flight]) => flight.dueAt <= now)
      for (const [, flight] of due) flight.dueAt = Infinity
      return due.map(([digest]) => digest)
    },
    again: (digests, unanswered) => {
      const open = new Map(unanswered.map((row) => [row.digest, row]))
      for (const digest of digests) {
        const [flight, row] = [flights.get(digest), open.get(digest)]
        if (row === undefined) forget(digest)
        else if (flight !== undefined) makeReady(Object.assign(flight, { row }))
      }
    },
    againUnseen: (digests) => {
      for (const digest of digests) {
        const flight = flights.get(digest)
        if (flight !== undefined) makeReady(flight)
      }
    },
    ready: lanes.size,
    next: (most) => lanes.next(most).filter(isOpen),
    putBack: lanes.putBack,
  }
}

/** Ready rows, in a lane of each agency. */
const createLanes = () => {
  const lanes = new Map<string, Flight[]>()
  const put = (name: string, flights: readonly Flight[]): void => {
    if (flights.length > 0) lanes.set(name, [...flights])
    else lanes.delete(name)
  }
  /** The lanes whose turn it is, one row of each after the other. */
  const take = (names: readonly string[], most: number): Flight[] => {
    const batch: Flight[] = []
    const open = new Map(names.map((name) => [name, (lanes.get(name) ?? []).values()]))
    while (open.size > 0 && batch.length < most) {
      for (const [name, rows] of open) {
        if (batch.length >= most) break
        const { done, value } = rows.next()
        if (done) open.delete(name)
        else batch.push(value)
      }
    }
    for (const name of names) {
      const rows = open.get(name)
      put(name, rows === undefined ? [] : [...rows])
    }
    return batch
  }
  return {
    add: (flight: Flight): void => {
      const name = laneOf(flight)
      const lane = lanes.get(name)
      if (lane === undefined) lanes.set(name, [flight])
      else lane.push(flight)
    },
    size: () => [...lanes.values()].reduce((sum, lane) => sum + lane.length, 0),
    next: (most: number): Flight[] => {
      const others = [...lanes.keys()].filter((name) => name !== ownLane)
      const batch = take(others, most)
      return batch.length < most ? [...batch, ...take([ownLane], most - batch.length)] : batch
    },
    putBack: (batch: readonly Flight[]): void => {
      for (const [name, flights] of Map.groupBy(batch, laneOf))
        put(name, [...flights, ...(lanes.get(name) ?? [])])
    },
  }
}
