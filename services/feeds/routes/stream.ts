import type { FastifyReply } from 'fastify'
import type { ServerResponse } from 'node:http'
import type { Refusal } from '#core/refusal.ts'
import { problemBody } from '#runtime/http/problem.ts'
import type { Position } from '../reading/position.ts'
import type { Feed } from '../handing-over/hand-over.ts'
import type { Page } from '../reading/page.ts'
import type { FeedReader } from '../reading/reader.ts'
import { lookAgainIn, type Waiting } from '../reading/waiting.ts'
import type { Checked } from '#core/refusal.ts'

export type Stream = (
  reply: FastifyReply,
  feed: Feed,
  from: Position,
  stop: AbortSignal,
) => Promise<void>

export type StreamDeps = {
  readonly waiting: Waiting
  readonly batchBytes: number
  readonly slowReaderMs: number
  readonly idleMs: number
  /**
   * Whether the reader may still read. It is called before each batch and at least every `idleMs`.
   */
  readonly stands: (reader: FeedReader) => Checked<true>
  readonly onEnd: (code: string) => void
}

const batchEntries = 500
/** Nobody knows whether the reader may read. The stream stays open and hands over nothing. */
const unsure: ReadonlySet<string> = new Set(['service/no-registry', 'service/clock-off'])
/** How often a stream looks again meanwhile, in ms. */
const unsureMs = 500
const retryMs = 1000
/**
 * How long a dropped reader may take to read what its connection already has. Then the connection
 * is closed.
 */
const farewellMs = 5000

/**
 * Sends a feed as server-sent events (WHATWG HTML §9.2). The connection gets the next batch when it
 * has taken the last one, so a slow reader holds one batch and delays nobody else. A reader that
 * does not take a batch within `slowReaderMs` gets `service/reader-too-slow` and is dropped. It
 * resumes without loss from its last id.
 */
export const createStream =
  (deps: StreamDeps): Stream =>
  async (reply, feed, from, stop) => {
    reply.hijack()
    const { raw } = reply
    const { signal, release } = untilGone(raw, stop)
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    })
    raw.write(`retry: ${retryMs}\n\n`)
    try {
      const refusal = await follow(raw, feed, from, signal, deps)
      deps.onEnd(refusal?.code ?? 'closed')
      await end(raw, refusal)
    } catch (error) {
      deps.onEnd('service/unavailable')
      reply.log.warn({ err: error, client: feed.reader.client }, 'a stream ended')
      await end(raw, { code: 'service/unavailable' })
    } finally {
      release()
    }
  }

/**
 * The signal is aborted when the reader is gone or the service stops. It is one signal, because it
 * is read for every batch.
 */
const untilGone = (
  raw: ServerResponse,
  stop: AbortSignal,
): { signal: AbortSignal; release: () => void } => {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  raw.once('close', leave)
  raw.once('error', leave)
  stop.addEventListener('abort', leave)
  return { signal: gone.signal, release: () => stop.removeEventListener('abort', leave) }
}

/**
 * Hands over entries until the reader is gone or the service stops, and then answers undefined. If
 * the reader must go, it answers the refusal.
 */
const follow = async (
  raw: ServerResponse,
  feed: Feed,
  start: Position,
  signal: AbortSignal,
  deps: StreamDeps,
): Promise<Refusal | undefined> => {
  let quietSince = performance.now()
  let waits = false
  /** Resolves with a refusal if the reader does not take its batch in time. */
  const give = async (text: string | Buffer): Promise<Refusal | undefined> => {
    quietSince = performance.now()
    if (raw.write(text) || (await drained(raw, deps.slowReaderMs, signal)) || signal.aborted)
      return undefined
    return { code: 'service/reader-too-slow' }
  }
  for (let from = start; !signal.aborted;) {
    const since = deps.waiting.happened()
    const standing = deps.stands(feed.reader)
    const isUnsure = !standing.ok && unsure.has(standing.refusal.code)
    if (!standing.ok && !isUnsure) return standing.refusal
    if (!isUnsure) {
      const { page, sent } = await feed.read(from, batchEntries, deps.batchBytes)
      if (signal.aborted) return undefined
      from = page.next
      waits = page.waits
      if (page.items.length > 0) {
        const given = give(framesOf(page, feed))
        sent()
        const refusal = await given
        if (refusal !== undefined) return refusal
      }
      if (!page.end) continue
    }
    const idleLeft = quietSince + deps.idleMs - performance.now()
    if (idleLeft > 0)
      await deps.waiting.wait(
        lookAgainIn({ waits }, isUnsure ? Math.min(idleLeft, unsureMs) : idleLeft),
        signal,
        since,
      )
    else {
      // The feed was just read, so the id tells the time, and not when something last woke the
      // stream. Where it was not read, there is none.
      const id = isUnsure ? '' : `id: ${feed.cursors.encode([from])[0]}\n`
      const refusal = await give(`: idle\n${id}\n`)
      if (refusal !== undefined) return refusal
    }
  }
  return undefined
}

/** Streams that share a page share its bytes. */
const framesOf = (page: Page, { cursors }: Feed): Buffer => {
  const known = frames.get(page)
  if (known !== undefined) return known
  const ids = cursors.encode(page.items.map((item) => item.position))
  const made = Buffer.from(
    page.items
      .map(
        (item, i) =>
          `id: ${ids[i]}\nevent: ${item.event}\ndata: {"cursor":"${ids[i]}",${item.text}\n\n`,
      )
      .join(''),
  )
  frames.set(page, made)
  return made
}

const frames = new WeakMap<Page, Buffer>()

const drained = (raw: ServerResponse, limitMs: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const finish = (taken: boolean): void => {
      clearTimeout(timer)
      raw.off('drain', drain)
      signal.removeEventListener('abort', ended)
      resolve(taken)
    }
    const drain = (): void => finish(true)
    const ended = (): void => finish(false)
    const timer = setTimeout(ended, limitMs)
    raw.once('drain', drain)
    signal.addEventListener('abort', ended)
  })

/**
 * Sends the refusal to the reader if the connection still takes it, and closes the connection in
 * any case.
 */
const end = (raw: ServerResponse, refusal: Refusal | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (raw.destroyed) return resolve()
    const timer = setTimeout(() => raw.destroy(), farewellMs)
    raw.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    raw.end(refusal && `event: error\ndata: ${JSON.stringify(problemBody(refusal))}\n\n`)
  })
