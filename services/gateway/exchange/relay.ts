import type { Logger } from 'pino'
import type { MessageLog } from '#runtime/kafka/message-log.ts'
import { formatMicros } from '#core/time.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import type { OpenRow } from '../outbox.ts'

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
 * Publishes stored rows and publishes the same bytes again until a hub-signed terminal receipt
 * closes them. A Kafka acknowledgement closes nothing. Holds at most `relayWindowNotices`
 * unanswered rows; the rest waits in the database.
 */
export type Relay = {
  /** Hands over what was just committed; what does not fit is found in the database later. */
  readonly offer: (rows: readonly OpenRow[]) => void
  /** Tells that the hub has answered these for good. */
  readonly answered: (digests: readonly string[]) => void
  readonly close: () => Promise<void>
  readonly inFlight: () => number
}

type Flight = { row: OpenRow; attempts: number; dueAt: number }

const batchRows = 500
const pollMs = 2000
const tickMs = 100
/**
 * Each batch costs the brokers, the hub and this gateway a dozen requests, whatever it holds: what
 * comes within this time goes together.
 */
const gatherMs = 5
const retryMs = { first: 250, most: 10_000 }

/** Starts at once, with whatever an earlier process left open: recovery is the normal path. */
export const startRelay = (options: RelayOptions): Relay => {
  const { topic, messages, log } = options
  const flights = new Map<string, Flight>()
  let ready: Flight[] = []
  let closed = false
  let wake = (): void => {}

  const waits = new Set<() => void>()
  const pause = (ms: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const end = (): void => {
      clearTimeout(timer)
      waits.delete(end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    waits.add(end)
    return promise
  }

  const take = (row: OpenRow): void => {
    const known = flights.get(row.digest)
    if (known !== undefined) return replace(known, row)
    const flight = { row, attempts: 0, dueAt: Infinity }
    flights.set(row.digest, flight)
    ready.push(flight)
  }
  /** Confirmed, or no longer: something else is to be published for it, and at once. */
  const replace = (flight: Flight, row: OpenRow): void => {
    if (flight.row.envelope === row.envelope) return
    Object.assign(flight, { row, attempts: 0 })
    if (flight.dueAt === Infinity) return // it is waiting to be sent already
    flight.dueAt = Infinity
    ready.push(flight)
  }
  const hasRoom = (): boolean => flights.size < options.relayWindowNotices
  const offer = (rows: readonly OpenRow[]): void => {
    for (const row of rows) if (hasRoom() || flights.has(row.digest)) take(row)
    wake()
  }

  const pollOpen = async (): Promise<void> => {
    for (let after = 0; hasRoom() && !closed;) {
      const rows = await options.findOpen(after, batchRows)
      offer(rows)
      if (rows.length < batchRows) return
      after = rows.at(-1)!.seq
    }
  }
  const queueDue = (now: number): void => {
    for (const flight of flights.values()) {
      if (flight.dueAt > now) continue
      flight.dueAt = Infinity
      ready.push(flight)
    }
  }

  /** Sends what is ready; on failure puts it back and tells the caller to wait. */
  const sendBatch = async (): Promise<boolean> => {
    const batch = ready.slice(0, batchRows).filter((f) => flights.has(f.row.digest))
    ready = ready.slice(batchRows)
    if (batch.length === 0) return true
    try {
      await messages.publish(
        topic,
        batch.map(({ row }) => ({
          key: row.id,
          value: Buffer.from(row.envelope),
          headers: { 'posted-at': formatMicros(row.postedAt) },
        })),
      )
    } catch (error) {
      ready = [...batch, ...ready]
      log.warn(
        { err: error, waiting: ready.length },
        'not published; the rows stay and are tried again',
      )
      return false
    }
    // If the process dies here Kafka has the rows, or not: they are published again, and the hub
    // counts each once.
    failpoint('gateway.published')
    const now = performance.now()
    for (const flight of batch) flight.dueAt = now + backoff(options, flight.attempts++)
    return true
  }

  const sending = (async () => {
    let failures = 0
    while (!closed) {
      if (ready.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      if (ready.length < batchRows) await pause(gatherMs)
      if (await sendBatch()) failures = 0
      else await pause(Math.min(retryMs.most, retryMs.first * 2 ** failures++))
    }
  })()
  const polling = (async () => {
    while (!closed) {
      await pollOpen().catch((error: unknown) => log.warn({ err: error }, 'outbox not read'))
      await pause(pollMs)
    }
  })()
  const ticker = setInterval(() => {
    queueDue(performance.now())
    if (ready.length > 0) wake()
  }, tickMs)

  return {
    offer,
    answered: (digests) => {
      for (const digest of digests) flights.delete(digest)
    },
    inFlight: () => flights.size,
    close: async () => {
      closed = true
      clearInterval(ticker)
      wake()
      for (const end of waits) end()
      await Promise.all([sending, polling])
    },
  }
}

/** The n-th wait for a receipt: doubles each time up to the longest, with a tenth of jitter. */
const backoff = ({ republishAfterMs, republishMaxMs }: RelayOptions, attempts: number): number =>
  Math.min(republishMaxMs, republishAfterMs * 2 ** Math.min(attempts, 30)) *
  (0.95 + Math.random() / 10)
