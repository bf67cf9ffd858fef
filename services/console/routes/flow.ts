import type { FastifyReply } from 'fastify'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import type { Flow } from '../flow.ts'
import type { Guard } from './guarded.ts'
import { bearer, object, problems } from '#runtime/http/schema-parts.ts'

const flowSchema = {
  summary: 'What flows through the hub, once a second',
  security: bearer,
  description:
    'text/event-stream. Event `flow`: `{ at, seconds, head, logged, refused, held, answered, ' +
    'participants: { <id>: { logged, refused, held, answered } } }`, counts of the `seconds` ' +
    'before `at`. Role viewer.',
  querystring: object({}, { additionalProperties: false }),
  response: {
    200: {
      description: 'A stream of events',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
    ...problems,
  },
}

/**
 * A reader with more unread bytes than this is dropped. It connects again and has missed nothing
 * that it could still use.
 */
const maxUnreadBytes = 256 * 1024

/**
 * GET /v1/flow. Returns the function that ends all streams, which must run before the app is
 * closed.
 */
export const addFlowRoute = (
  app: Http,
  guard: Guard,
  flow: Flow,
  maxReaders: number,
): (() => void) => {
  const open = new Set<FastifyReply['raw']>()
  app.get(
    '/v1/flow',
    { schema: flowSchema },
    guard('viewer', async (_request, reply) => {
      if (open.size >= maxReaders)
        return problem(reply, { code: 'service/unavailable', detail: 'Too many streams are open.' })
      const { raw } = reply
      open.add(raw)
      reply.hijack()
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream',
        'x-accel-buffering': 'no',
      })
      raw.write(': flow\n\n')
      const unsubscribe = flow.subscribe((tick) => {
        if (raw.writableLength > maxUnreadBytes) raw.destroy()
        else raw.write(`event: flow\ndata: ${JSON.stringify(tick)}\n\n`)
      })
      raw.on('error', () => undefined) // the reader left; `close` follows
      raw.on('close', () => {
        unsubscribe()
        open.delete(raw)
      })
      return reply
    }),
  )
  return () => {
    for (const raw of open) raw.end()
  }
}
