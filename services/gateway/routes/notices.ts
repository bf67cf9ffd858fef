import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Checked } from '#core/refusal.ts'
import { dueFor, type Due } from '#core/notice/review.ts'
import { readStrict } from '#core/json/strict-json.ts'
import { bodyBytes, type Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { acceptNotice, acceptRevocation, acceptVersion, type Outcome } from '../accept.ts'
import type { Caller } from '../keys/auth.ts'
import { confirmHeld } from '../confirming/confirm.ts'
import { CommitQueueFull } from '#runtime/postgres/group-commit.ts'
import type { GatewayDeps } from '../app.ts'
import type { OutboxRow, State } from '../outbox.ts'
import { noticeView } from './notice-view.ts'
import { listQuery, noticeSchemas as schemas } from './notices-schema.ts'

/** The routes of /v1/notices. Each needs a token of the national issuer with the scope named. */
export const addNoticeRoutes = (app: Http, deps: GatewayDeps): void => {
  const as =
    (
      scope: string,
      handle: (request: FastifyRequest, reply: FastifyReply, caller: Caller) => Promise<unknown>,
    ) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const caller: Checked<Caller> = await deps.authenticate(request, scope)
      return caller.ok ? handle(request, reply, caller.value) : problem(reply, caller.refusal)
    }

  app.post(
    '/v1/notices',
    { schema: schemas.post },
    as('notices:write', async (request, reply, caller) => {
      const body = bodyBytes(request)
      return body.ok
        ? answer(reply, () => acceptNotice(body.value, caller, deps.accept))
        : problem(reply, body.refusal)
    }),
  )

  app.put<{ Params: { id: string } }>(
    '/v1/notices/:id',
    { schema: schemas.put },
    as('notices:write', async (request, reply, caller) => {
      const expected = readIfMatch(request.headers['if-match'])
      if (expected === undefined) return problem(reply, { code: 'notice/precondition-required' })
      const body = bodyBytes(request)
      return body.ok
        ? answer(reply, () =>
            acceptVersion(body.value, idOf(request), expected, caller, deps.accept),
          )
        : problem(reply, body.refusal)
    }),
  )

  app.post<{ Params: { id: string } }>(
    '/v1/notices/:id/revoke',
    { schema: schemas.revoke },
    as('notices:write', async (request, reply, caller) => {
      const reason = reasonIn(request)
      return reason.ok
        ? answer(reply, () => acceptRevocation(reason.value, idOf(request), caller, deps.accept))
        : problem(reply, reason.refusal)
    }),
  )

  app.post<{ Params: { id: string } }>(
    '/v1/notices/:id/confirm',
    { schema: schemas.confirm },
    as('notices:write', async (request, reply, caller) => {
      const reason = reasonIn(request)
      return reason.ok
        ? answer(reply, () => confirmHeld(reason.value, idOf(request), caller, deps.confirm))
        : problem(reply, reason.refusal)
    }),
  )

  app.get<{ Params: { id: string } }>(
    '/v1/notices/:id',
    { schema: schemas.get },
    as('notices:read', async (request, reply, caller) => {
      const newest = (await deps.accept.findVersions(idOf(request))).at(-1)
      if (newest?.agency !== caller.agency) return problem(reply, { code: 'notice/not-found' })
      const deliveries = await deps.deliveries([newest.id])
      const confirmation = await deps.confirmation(newest.seq)
      return reply.header('etag', `"${newest.version}"`).send(
        noticeView(newest, deliveries.get(newest.id), {
          confirmation,
          due: dueNow(newest, deps.due),
        }),
      )
    }),
  )

  app.get(
    '/v1/notices',
    { schema: schemas.list },
    as('notices:read', async (request, reply, caller) => {
      const query = listQuery(request.query as Record<string, string>)
      if (!query.ok) return problem(reply, query.refusal)
      const { limit, after, status, due } = query.value
      const asked = due && { due, now: deps.due.now(), ahead: deps.due.ahead }
      const rows = await deps.list({
        agency: caller.agency,
        after,
        limit: limit + 1,
        ...(status && { state: status as State }),
        ...(asked && { due: asked }),
      })
      const page = rows.slice(0, limit)
      const deliveries = await deps.deliveries(page.map((row) => row.id))
      return reply.send({
        notices: page.map((row) =>
          noticeView(row, deliveries.get(row.id), asked && { due: dueNow(row, deps.due) }),
        ),
        next: String(page.at(-1)?.seq ?? after),
        end: rows.length <= limit,
      })
    }),
  )
}

/** Of a version that no later one replaces. */
const dueNow = (row: OutboxRow, { now, ahead }: GatewayDeps['due']): Due[] =>
  row.state === 'accepted' && row.status === 'active' ? dueFor(row, now(), ahead) : []

const idOf = (request: FastifyRequest): string =>
  (request.params as { id: string }).id.toLowerCase()

const answer = async (reply: FastifyReply, accept: () => Promise<Outcome>): Promise<unknown> => {
  try {
    const outcome = await accept()
    if (!outcome.ok) return problem(reply, outcome.refusals)
    return reply.code(202).header('location', `/v1/notices/${outcome.value.id}`).send(outcome.value)
  } catch (error) {
    if (error instanceof CommitQueueFull)
      return problem(reply, { code: 'service/unavailable' }, { retryAfterSeconds: 1 })
    throw error
  }
}

/** RFC 9110 §13.1.1: the version this change is based on, as a strong entity tag. */
const readIfMatch = (header: string | undefined): number | undefined => {
  const match = /^"(\d{1,9})"$/.exec(header ?? '')
  return match ? Number(match[1]) : undefined
}

const reasonIn = (request: FastifyRequest): Checked<string> => {
  const body = bodyBytes(request)
  if (!body.ok) return body
  const read = readStrict(body.value)
  return read.ok ? readReason(read.value) : read
}

const readReason = (body: unknown): Checked<string> => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { ok: false, refusal: { code: 'notice/bad-type', pointer: '' } }
  const unknown = Object.keys(body).find((name) => name !== 'reason')
  if (unknown !== undefined)
    return {
      ok: false,
      refusal: {
        code: 'notice/unknown-member',
        pointer: `/${unknown.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      },
    }
  const { reason } = body as { reason?: unknown }
  if (reason === undefined)
    return { ok: false, refusal: { code: 'notice/missing-member', pointer: '/reason' } }
  if (typeof reason !== 'string')
    return { ok: false, refusal: { code: 'notice/bad-type', pointer: '/reason' } }
  const fits = reason.trim().length > 0 && reason.length <= 2000
  return fits
    ? { ok: true, value: reason }
    : {
        ok: false,
        refusal: { code: 'notice/bad-value', pointer: '/reason', detail: '1 to 2000 characters' },
      }
}
