import type { Pool } from 'pg'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Registry } from '#core/registry/registry.ts'
import { checkSubmissionDecision } from '#core/schema/check.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import {
  findSubmission,
  listPartnerSubmissions,
  type SubmissionQuery,
  type Submitted,
} from '#store/requests/submissions.ts'
import type { RequestStore } from '../requests/consents.ts'
import { decideSubmission, submissionView, submit } from '../requests/submissions.ts'
import { queueOf, type Queue } from '../requests/queue.ts'
import { readAfterUuid } from '#runtime/http/paging.ts'
import { readBody } from '#runtime/http/body.ts'
import { asReader, idOf, type AuthenticateReader } from './as-reader.ts'
import { submissionSchemas as schemas } from './submissions-schema.ts'

export type SubmissionRouteDeps = {
  readonly authenticate: AuthenticateReader
  readonly find: RequestStore & { readonly registry: () => Registry }
  readonly submitted: () => void
  readonly submissionDecided: (decision: string) => void
}

/** The routes for submissions of corporate partners, and for the queue of their NCB. */
export const addSubmissionRoutes = (app: Http, deps: SubmissionRouteDeps): void => {
  const { pool, registry } = deps.find
  const as = (handle: Parameters<typeof asReader>[1]) => asReader(deps.authenticate, handle)
  const send = (reply: FastifyReply, outcome: Checked<Submitted>, queue: Queue): FastifyReply =>
    outcome.ok ? reply.send(submissionView(outcome.value, queue)) : problem(reply, outcome.refusal)

  app.post(
    '/v1/submissions',
    { schema: schemas.submit },
    as(async (request, reply, reader) => {
      const body = readBody(request, accept)
      if (!body.ok) return problem(reply, body.refusal)
      const taken = await submit(deps.find, reader, body.value, registry())
      if (!taken.ok) return problem(reply, taken.refusal)
      deps.submitted()
      const { id, canonical, warnings, decided } = taken.value
      return reply
        .code(202)
        .send({ id, status: decided?.decision ?? 'waiting', canonical, warnings })
    }),
  )

  app.get(
    '/v1/submissions',
    { schema: schemas.list },
    as((request, reply, reader) => answerPage(request, reply, queueOf(reader, registry()), pool)),
  )

  app.get(
    '/v1/submissions/:id',
    { schema: schemas.get },
    as(async (request, reply, reader) => {
      const queue = queueOf(reader, registry())
      const found = await findSubmission(pool, queue.partners, idOf(request))
      return send(reply, found === undefined ? refuse('request/not-found') : accept(found), queue)
    }),
  )

  app.post(
    '/v1/submissions/:id/decide',
    { schema: schemas.decide },
    as(async (request, reply, reader) => {
      const body = readBody(request, checkSubmissionDecision)
      if (!body.ok) return problem(reply, body.refusal)
      const queue = queueOf(reader, registry())
      const decided = await decideSubmission(deps.find, reader, queue, idOf(request), body.value)
      if (decided.ok) deps.submissionDecided(body.value.decision)
      return send(reply, decided, queue)
    }),
  )
}

const statuses = ['waiting', 'issued', 'declined'] as const

/** Without `status` an NCB sees the submissions that wait, and a partner sees all of its own. */
const readStatus = (text: string, isNcb: boolean): Checked<SubmissionQuery['status']> => {
  if (text === '') return accept(isNcb ? 'waiting' : undefined)
  if (text === 'all') return accept(undefined)
  const known = statuses.find((status) => status === text)
  return known === undefined
    ? refuse('request/bad-parameter', undefined, 'status is waiting, issued, declined or all')
    : accept(known)
}

const answerPage = async (
  request: FastifyRequest,
  reply: FastifyReply,
  queue: Queue,
  pool: Pool,
): Promise<FastifyReply> => {
  const { status = '', ...rest } = request.query as Record<string, string>
  const [query, wanted] = [readAfterUuid(rest), readStatus(status, queue.isNcb)]
  if (!query.ok) return problem(reply, query.refusal)
  if (!wanted.ok) return problem(reply, wanted.refusal)
  const { after, limit } = query.value
  const found = await listPartnerSubmissions(pool, queue.partners, {
    after,
    limit: limit + 1,
    status: wanted.value,
  })
  if (found === undefined) return problem(reply, { code: 'request/bad-cursor' })
  const page = found.slice(0, limit)
  return reply.send({
    submissions: page.map((one) => submissionView(one, queue)),
    next: page.at(-1)?.id ?? after ?? '',
    end: found.length <= limit,
  })
}
