import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Checked } from '#core/refusal.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { encodeInTurns } from '#runtime/process/give-turn.ts'
import { beginning, type Position } from '../reading/position.ts'
import type { Feed } from '../handing-over/hand-over.ts'
import type { OpenReaders } from '../handing-over/open-readers.ts'
import type { Page } from '../reading/page.ts'
import type { FeedReader } from '../reading/reader.ts'
import { lookAgainIn, type Waiting } from '../reading/waiting.ts'
import { readFormat, readQuery, type FeedQuery, type FeedFormat } from './feed-query.ts'
import { onGrid } from './on-grid.ts'
import { readTopic, type Topic } from '../reading/topic.ts'
import { feedSchema } from './schemas.ts'
import type { Stream } from './stream.ts'

export type FeedRouteDeps = {
  readonly authenticate: (request: FastifyRequest) => Promise<Checked<FeedReader>>
  readonly open: (reader: FeedReader, topic: Topic, channel: string) => Feed
  readonly openReaders: OpenReaders
  readonly waiting: Waiting
  readonly stream: Stream
  /** Whether no feed can be read now, because the log is not followed. */
  readonly stale: () => boolean
  readonly epochOf: (reader: FeedReader) => number
}

const channels: Readonly<Record<FeedFormat, string>> = {
  'application/json': 'page',
  'application/x-ndjson': 'page',
  'text/event-stream': 'sse',
}
const pageMaxBytes = 8 * 1024 * 1024

/** `GET /v1/feeds/{topic}` as a page of JSON or NDJSON, or as an SSE stream. */
export const addFeedRoute = (app: Http, deps: FeedRouteDeps): void => {
  app.get<{ Params: { topic: string } }>(
    '/v1/feeds/:topic',
    { schema: feedSchema, exposeHeadRoute: false },
    async (request, reply) => {
      const reader = await deps.authenticate(request)
      if (!reader.ok) return problem(reply, reader.refusal)
      const topic = readTopic(request.params.topic)
      if (topic === undefined) return problem(reply, { code: 'request/not-found' })
      const query = readQuery(request.query as Record<string, string>)
      if (!query.ok) return problem(reply, query.refusal)
      const format = readFormat(request.headers.accept)
      const feed = deps.open(reader.value, topic, channels[format])
      const cursor =
        (format === 'text/event-stream' ? lastEventId(request) : undefined) ?? query.value.after
      const from = cursor ? await feed.positionOf(cursor) : beginning(deps.epochOf(feed.reader))
      if (from === undefined) return problem(reply, { code: 'request/bad-cursor' })
      if (deps.stale()) return problem(reply, { code: 'service/unavailable' })
      if (format !== 'text/event-stream' && query.value.waitMs === 0)
        return answerPage(reply, feed, from, query.value, format)
      const place = deps.openReaders.enter(reader.value)
      if (!place.ok) return problem(reply, place.refusal)
      try {
        if (format === 'text/event-stream')
          return await deps.stream(reply, feed, from, place.value.signal)
        return await answerPage(reply, feed, from, query.value, format, {
          happened: deps.waiting.happened,
          on: (ms, page, since) => waitFor(ms, page, since, request, place.value.signal, deps),
        })
      } finally {
        place.value.leave()
      }
    },
  )
}

const lastEventId = ({ headers }: FastifyRequest): string | undefined => {
  const id = headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : undefined
}

/**
 * Waits until the log or the registry has changed, victim desks may have what waits, or the time is
 * over. Resolves with false if the reader is gone or the service stops, which end the wait.
 */
const waitFor = async (
  ms: number,
  page: Page,
  since: number,
  { raw }: FastifyRequest,
  stop: AbortSignal,
  { waiting }: FeedRouteDeps,
): Promise<boolean> => {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  raw.socket.once('close', leave)
  const signal = AbortSignal.any([gone.signal, stop])
  await waiting
    .wait(lookAgainIn(page, ms), signal, since)
    .finally(() => raw.socket.off('close', leave))
  return !signal.aborted
}

/** Of a long poll: `on` is `waitFor`, `since` what `happened` said before the page was read. */
type LongWait = {
  readonly happened: () => number
  readonly on: (ms: number, page: Page, since: number) => Promise<boolean>
}

/**
 * Reads on while pages are empty and time is left, because an entry that is not for the reader
 * wakes it too. It reads once more when the time is over: `next` must not depend on what woke it.
 */
const answerPage = async (
  reply: FastifyReply,
  feed: Feed,
  start: Position,
  { limit, waitMs }: FeedQuery,
  format: FeedFormat,
  wait?: LongWait,
): Promise<FastifyReply> => {
  const until = performance.now() + waitMs
  for (let from = start; ;) {
    const since = wait?.happened() ?? 0
    const { page, sent } = await feed.read(from, limit, pageMaxBytes)
    const left = until - performance.now()
    const isAnswer = page.items.length > 0 || wait === undefined || left <= 0
    if (isAnswer || (page.end && !(await wait.on(left, page, since)))) {
      if (page.items.length === 0) await onGrid(reply)
      // The answer is bytes, because Fastify would read a text once more to find its length.
      const texts = format === 'application/json' ? jsonPage(page, feed) : ndjsonPage(page, feed)
      await reply.type(format).send(await encodeInTurns(texts))
      sent()
      return reply
    }
    from = page.next
  }
}

const cursorsOf = (page: Page, { cursors }: Feed): { each: string[]; next: string } => {
  const each = cursors.encode([...page.items.map((i) => i.position), page.next])
  return { next: each.pop()!, each }
}

const jsonPage = function* (page: Page, feed: Feed): Generator<string> {
  const { each, next } = cursorsOf(page, feed)
  yield '{"entries":['
  for (const [i, { text }] of page.items.entries())
    yield `${i === 0 ? '' : ','}{"cursor":"${each[i]}",${text}`
  yield `],"next":"${next}","end":${page.end}}`
}

const ndjsonPage = function* (page: Page, feed: Feed): Generator<string> {
  const { each, next } = cursorsOf(page, feed)
  for (const [i, { text }] of page.items.entries()) yield `{"cursor":"${each[i]}",${text}\n`
  yield `{"next":"${next}","end":${page.end}}\n`
}
