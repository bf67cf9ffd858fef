import type { Logger } from 'pino'
import type { MessageLog } from '#runtime/kafka/message-log.ts'
import { formatMicros } from '#core/time.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import { pause } from '#runtime/process/pause.ts'
import { createFlights, type Flight, type Flights } from './flights.ts'
import type { OpenRow } from './open-queue.ts'

export type RelayOptions = {
  readonly topic: string
  readonly messages: MessageLog
  /** Open rows after a seq, oldest first. */
  readonly findOpen: (after: number, limit: number) => Promise<OpenRow[]>
  readonly relayWindowNotices: number
  readonly republishAfterMs: number
  readonly republishMaxMs: number
  readonly log: Logger
}

/**
 * Publishes stored rows, and publishes the same bytes again until a terminal receipt, signed by the
 * hub, closes them. A Kafka acknowledgement closes nothing. Keeps at most `relayWindowNotices`
 * unanswered rows; the others wait in the database.
 */
export type Relay = {
  /**
   * Hands over rows that were just committed. Rows without room are found in the database later.
   */
  readonly offer: (rows: readonly OpenRow[]) => void
  /** Reports the digests that the hub has answered for good. */
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
  const poll = async (): Promise<void> => {
    while (!signal.aborted) {
      await pollOpen(flights, offer, options, signal).catch((error: unknown) =>
        options.log.warn({ err: error }, 'outbox not read'),
      )
      await pause(pollMs, signal)
    }
  }
  const running = [send(), poll()]
  const ticker = setInterval(() => {
    flights.queueDue(performance.now())
    if (flights.ready() > 0) wake()
  }, tickMs)
  return {
    offer,
    answered: flights.answered,
    inFlight: flights.size,
    close: async () => {
      closing.abort()
      clearInterval(ticker)
      wake()
      await Promise.all(running)
    },
  }
}

/** Finds the open rows of other processes and of earlier ones. */
const pollOpen = async (
  flights: Flights,
  offer: (rows: readonly OpenRow[]) => void,
  { findOpen }: RelayOptions,
  closing: AbortSignal,
): Promise<void> => {
  for (let after = 0; flights.hasRoom() && !closing.aborted;) {
    const rows = await findOpen(after, batchRows)
    offer(rows)
    if (rows.length < batchRows) return
    after = rows.at(-1)!.seq
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
  for (const flight of batch) flight.dueAt = now + backoff(options, flight.attempts++)
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
