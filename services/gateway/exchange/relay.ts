import type { Logger } from 'pino'
import type { MessageLog } from '#runtime/kafka/message-log.ts'
import { formatMicros } from '#core/time.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import { pause } from '#runtime/process/pause.ts'
import { createFlights, type Flight, type Flights } from './flights.ts'
import type { OpenQueue, OpenRow } from './open-queue.ts'

export type RelayOptions = {
  readonly topic: string
  readonly messages: MessageLog
  readonly queue: OpenQueue
  readonly relayWindowNotices: number
  readonly republishAfterMs: number
  readonly republishMaxMs: number
  readonly log: Logger
}

/**
 * Publishes stored rows, and publishes the same bytes again until a terminal receipt, signed by the
 * hub, closes them. A Kafka acknowledgement closes nothing. Keeps about `relayWindowNotices`
 * unanswered rows, shared among the agencies that have any; the others wait in the database. What
 * the hub holds does not count, and is sent again slowly, a bounded number at a time. What is sent
 * again is looked up in the database first, so another process may take the answers.
 */
export type Relay = {
  /**
   * Hands over rows that were just committed. Rows without room are found in the database later.
   */
  readonly offer: (rows: readonly OpenRow[]) => void
  /** Reports the digests that the hub has answered, for good or by holding them. */
  readonly answered: (digests: readonly string[]) => void
  readonly close: () => Promise<void>
  readonly inFlight: () => number
}

const batchRows = 500
const pollMs = 2000
const tickMs = 100
/**
 * Rows that arrive within this time, in ms, go in one batch. A batch costs the brokers, the hub and
 * this gateway a dozen requests, whatever its size.
 */
const gatherMs = 5
const retryMs = { first: 250, most: 10_000 }
/** What the hub holds is sent again in parts, and all of it once in `republishMaxMs` at most. */
const held = { rows: 100, everyMs: 10_000 }

/** Starts at once with the rows that an earlier process left open: recovery is the normal path. */
export const startRelay = (options: RelayOptions): Relay => {
  const flights = createFlights(options.relayWindowNotices)
  const closing = new AbortController()
  const { signal } = closing
  let wake = (): void => {}
  const offer = (rows: readonly OpenRow[]): void => {
    flights.offer(rows)
    wake()
  }
  const send = async (): Promise<void> => {
    let failures = 0
    while (!signal.aborted) {
      if (flights.ready() === 0) await new Promise<void>((resolve) => (wake = resolve))
      if (flights.ready() < batchRows) await pause(gatherMs, signal)
      if (await sendBatch(flights, options)) failures = 0
      else await pause(Math.min(retryMs.most, retryMs.first * 2 ** failures++), signal)
    }
  }
  const repeat = async (turn: () => Promise<number>): Promise<void> => {
    while (!signal.aborted) {
      const wait = await turn().catch((error: unknown) => {
        options.log.warn({ err: error }, 'outbox not read')
        return pollMs
      })
      await pause(wait, signal)
    }
  }
  const running = [
    send(),
    repeat(() => pollWaiting(flights, offer, options, signal)),
    repeat(() => lookUpDue(flights, options).finally(() => flights.ready() > 0 && wake())),
    repeat(
      sweepHeld(options, (rows) => {
        flights.offerHeld(rows)
        wake()
      }),
    ),
  ]
  return {
    offer,
    answered: flights.answered,
    inFlight: flights.size,
    close: async () => {
      closing.abort()
      wake()
      await Promise.all(running)
    },
  }
}

/**
 * Finds the waiting rows of other processes and of earlier ones, of each agency as far as it has
 * room. What the gateway itself says comes when nothing of an agency is left to be taken: a
 * `still-open` must not overtake what it names.
 */
const pollWaiting = async (
  flights: Flights,
  offer: (rows: readonly OpenRow[]) => void,
  { queue }: RelayOptions,
  closing: AbortSignal,
): Promise<number> => {
  const takeAll = async (agency: string): Promise<boolean> => {
    for (let after = 0; flights.hasRoom(agency) && !closing.aborted;) {
      const rows = await queue.waiting(agency, after, batchRows)
      offer(rows)
      if (rows.length < batchRows) return flights.hasRoom(agency)
      after = rows.at(-1)!.seq
    }
    return false
  }
  let isAllTaken = true
  const agencies = await queue.agencies()
  for (const agency of agencies.filter((name) => name !== ''))
    isAllTaken = (await takeAll(agency)) && isAllTaken
  if (isAllTaken && agencies.includes('')) await takeAll('')
  return pollMs
}

/** Sends what is due again, unless it was answered or is held, whoever was told. */
const lookUpDue = async (flights: Flights, { queue }: RelayOptions): Promise<number> => {
  const due = flights.due(performance.now())
  for (let at = 0; at < due.length; at += batchRows) {
    const some = due.slice(at, at + batchRows)
    // If the database is away, they are sent again as they are: the hub counts each once.
    const rows = await queue.unanswered(some).catch(() => undefined)
    if (rows === undefined) flights.againUnseen(some)
    else flights.again(some, rows)
  }
  return tickMs
}

/** Each turn takes the next part of what the hub holds. After the last part comes the first. */
const sweepHeld = (
  { queue, republishMaxMs }: RelayOptions,
  take: (rows: readonly OpenRow[]) => void,
): (() => Promise<number>) => {
  let after = 0
  return async () => {
    const rows = await queue.held(after, held.rows)
    take(rows)
    after = rows.length < held.rows ? 0 : rows.at(-1)!.seq
    return after === 0 ? republishMaxMs : Math.min(held.everyMs, republishMaxMs)
  }
}

/** Sends the ready rows. If that fails, it puts them back and tells the caller to wait. */
const sendBatch = async (flights: Flights, options: RelayOptions): Promise<boolean> => {
  const batch = flights.next(batchRows)
  if (batch.length === 0) return true
  try {
    await options.messages.publish(options.topic, batch.map(recordOf))
  } catch (error) {
    flights.putBack(batch)
    options.log.warn(
      { err: error, waiting: flights.ready() },
      'rows not published; they stay and are tried again',
    )
    return false
  }
  // If the process dies here, Kafka has the rows or not. They are published again, and the hub
  // counts each once.
  failpoint('gateway.published')
  const now = performance.now()
  for (const flight of batch)
    if (!flight.held) flight.dueAt = now + backoff(options, flight.attempts++)
  return true
}

const recordOf = ({ row }: Flight) => ({
  key: row.id,
  value: Buffer.from(row.envelope),
  headers: { 'posted-at': formatMicros(row.postedAt) },
})

/**
 * The n-th wait for a receipt, in ms. It doubles each time up to the longest, with a tenth of
 * jitter.
 */
const backoff = ({ republishAfterMs, republishMaxMs }: RelayOptions, attempts: number): number =>
  Math.min(republishMaxMs, republishAfterMs * 2 ** Math.min(attempts, 30)) *
  (0.95 + Math.random() / 10)
