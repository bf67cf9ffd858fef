import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'
import type { Refusal } from '#core/refusal.ts'
import type { Log } from '../process/log.ts'
import { problem, problemBody, problemType } from './problem.ts'
import { ClockOff } from '../process/clock.ts'
import { isUnavailable } from '../process/unavailable.ts'

/**
 * Maps every thrown error to an answer. The caller gets a code and a fixed phrase; the log gets the
 * rest. Our own refusals are values and never arrive here. The thrown errors are Fastify's (a
 * parameter, a media type, a size), those of a database or broker that is away, and faults.
 */
export const answerError = (
  log: Log,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const refusal = refusalOf(error)
  if (refusal.code === 'service/internal' || refusal.code === 'service/unavailable')
    report(log, refusal, error, request)
  return problem(reply, refusal, { instance: `urn:uuid:${request.id}` })
}

const report = (log: Log, { code }: Refusal, error: unknown, request: FastifyRequest): void => {
  const members = {
    err: error,
    code,
    reqId: request.id,
    method: request.method,
    route: request.routeOptions.url,
  }
  if (request.raw.destroyed && !request.raw.complete)
    log.debug(members, 'the client left before its request was complete')
  else if (code === 'service/internal') log.error(members, 'request failed')
  else log.warn(members, 'request refused: a dependency is not available')
}

/** The statuses that Fastify and its plugins put on their errors. */
const byStatus: Readonly<Record<number, Refusal['code']>> = {
  401: 'auth/bad-token',
  404: 'request/not-found',
  405: 'request/method-not-allowed',
  413: 'body/too-large',
  415: 'body/media-type',
  429: 'service/too-many-requests',
  503: 'service/unavailable',
}

const refusalOf = (error: unknown): Refusal => {
  if (!(error instanceof Error)) return { code: 'service/internal' }
  if ('validation' in error) return { code: 'request/bad-parameter', detail: error.message }
  const status =
    'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  const known = byStatus[status]
  if (known !== undefined) return { code: known }
  if (status >= 400 && status < 500) return { code: 'request/failed', detail: fixedDetail(error) }
  if (error instanceof ClockOff) return { code: 'service/clock-off' }
  return { code: isUnavailable(error) ? 'service/unavailable' : 'service/internal' }
}

/** Fixed phrases, because the messages of errors repeat what was sent. */
const fixedDetail = (error: Error): string =>
  details[('code' in error && String(error.code)) || ''] ?? 'The request could not be read.'

const details: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The path is not well-formed.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the path is too long.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says.',
}

/**
 * Answers on the socket what never becomes a request: bytes that are no HTTP, or that arrive too
 * late.
 */
export const answerBrokenConnection = (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, phrase] = brokenStatus[error.code ?? ''] ?? [400, 'Bad Request']
  const body = JSON.stringify({
    ...problemBody({ code: 'request/failed', detail: phrase }),
    status,
  })
  const head =
    `HTTP/1.1 ${status} ${phrase}\r\ncontent-type: ` +
    `${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`
  socket.end(head + body)
}

const brokenStatus: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
}
