import type { FastifyReply, FastifyRequest } from 'fastify'
import { refusalOf } from '#core/schema/errors.ts'
import type { Checked } from '#core/refusal.ts'
import { bodyBytes, bodyReader } from '#runtime/http/body.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { acceptNotice, acceptRevocation, acceptVersion, type AcceptDeps } from '../accept.ts'
import type { Acceptance } from '../acceptance.ts'
import { confirmHeld, type ConfirmDeps } from '../confirming/confirm.ts'
import type { AuthenticateCaller, Caller } from '../keys/auth.ts'
import { unlessBusy } from './busy.ts'
import { noticeSchemas as schemas, reasonBody } from './notices-schema.ts'

export type SubmitRouteDeps = {
  readonly authenticate: AuthenticateCaller
  readonly accept: AcceptDeps
  readonly confirm: ConfirmDeps
}

/**
 * The routes by which a national system submits. Each needs a token with the scope `notices:write`.
 */
export const addSubmitRoutes = (app: Http, deps: SubmitRouteDeps): void => {
  const { accept, confirm, authenticate } = deps
  app.post(
    '/v1/notices',
    { schema: schemas.post },
    withBody(authenticate, bodyBytes, (body, { caller }) => acceptNotice(body, caller, accept)),
  )
  app.put(
    '/v1/notices/:id',
    { schema: schemas.put },
    withBody(authenticate, basedOn, ({ body, expected }, { caller, id }) =>
      acceptVersion(body, id, expected, caller, accept),
    ),
  )
  app.post(
    '/v1/notices/:id/revoke',
    { schema: schemas.revoke },
    withBody(authenticate, readReason, (reason, { caller, id }) =>
      acceptRevocation(reason, id, caller, accept),
    ),
  )
  app.post(
    '/v1/notices/:id/confirm',
    { schema: schemas.confirm },
    withBody(authenticate, readReason, (reason, { caller, id }) =>
      confirmHeld(reason, id, caller, confirm),
    ),
  )
}

/** The caller, and the notice if the path names one. */
type Target = { readonly caller: Caller; readonly id: string }

const withBody =
  <T>(
    authenticate: AuthenticateCaller,
    read: (request: FastifyRequest) => Checked<T>,
    accept: (body: T, target: Target) => Promise<Acceptance>,
  ) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const caller = await authenticate(request, 'notices:write')
    if (!caller.ok) return problem(reply, caller.refusal)
    const body = read(request)
    if (!body.ok) return problem(reply, body.refusal)
    const { id = '' } = request.params as { id?: string }
    return answer(reply, () => accept(body.value, { caller: caller.value, id: id.toLowerCase() }))
  }

const answer = (reply: FastifyReply, accept: () => Promise<Acceptance>): Promise<unknown> =>
  unlessBusy(reply, async () => {
    const outcome = await accept()
    if (!outcome.ok) return problem(reply, outcome.refusals)
    return reply.code(202).header('location', `/v1/notices/${outcome.value.id}`).send(outcome.value)
  })

/** RFC 9110 §13.1.1: the version that this change is based on, as a strong entity tag. */
const basedOn = (request: FastifyRequest): Checked<{ expected: number; body: Buffer }> => {
  const match = /^"(\d{1,9})"$/.exec(request.headers['if-match'] ?? '')
  if (match === null) return { ok: false, refusal: { code: 'notice/precondition-required' } }
  const body = bodyBytes(request)
  return body.ok ? { ok: true, value: { expected: Number(match[1]), body: body.value } } : body
}

const maxReasonUnits = 2000
const reasonRead = bodyReader<{ readonly reason: string }>(
  { ...reasonBody, properties: { reason: { type: 'string' } } },
  refusalOf,
)

/**
 * Checks the length here, because the hub counts UTF-16 code units and no keyword of JSON Schema
 * does.
 */
const readReason = (request: FastifyRequest): Checked<string> => {
  const read = reasonRead(request)
  if (!read.ok) return read
  const { reason } = read.value
  if (reason.trim().length > 0 && reason.length <= maxReasonUnits)
    return { ok: true, value: reason }
  const detail = `1 to ${maxReasonUnits} characters`
  return { ok: false, refusal: { code: 'notice/bad-value', pointer: '/reason', detail } }
}
