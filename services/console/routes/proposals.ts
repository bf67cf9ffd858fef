import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { decideProposal, listProposals, readProposal } from '#store/registry/proposals.ts'
import { personOf } from '../operators/auth.ts'
import { proposalView } from '../views/proposal.ts'
import { readWhy, whyBody } from './body.ts'
import type { Guard } from './guarded.ts'
import { pageOf, readNumbered, type PageQuery } from '#runtime/http/paging.ts'
import { answerOutcome, proposalSchema, type Administration } from './proposing.ts'
import { bearer, json, list, object, problems, text } from '#runtime/http/schema-parts.ts'
import { page } from './schemas.ts'

const id = { type: 'string', pattern: '^\\d{1,15}$' }
const params = object({ id }, { required: ['id'] })
const description =
  'Two different persons of the hub must agree: whoever proposed counts as one, an NCB as ' +
  'none. Role admin.'

const schemas = {
  list: {
    summary: 'What waits for a second person, and what was decided',
    description:
      'In the order it was proposed. An NCB sees what concerns its participant. Role viewer, ' +
      'or ncb.',
    security: bearer,
    querystring: object({ after: text, limit: text }, { additionalProperties: false }),
    response: {
      200: json('A page', object({ proposals: list(proposalSchema), ...page })),
      ...problems,
    },
  },
  one: {
    summary: 'One proposal',
    security: bearer,
    params,
    response: { 200: json('The proposal', proposalSchema), ...problems },
  },
  approve: {
    summary: 'Approve a proposal',
    description,
    security: bearer,
    params,
    body: whyBody,
    response: { 200: json('The proposal as it is now', proposalSchema), ...problems },
  },
  reject: {
    summary: 'Reject a proposal',
    description:
      description + ' What is in force already stays so: to lift it is another proposal.',
    security: bearer,
    params,
    body: whyBody,
    response: { 200: json('The proposal as it is now', proposalSchema), ...problems },
  },
}

/** GET /v1/proposals, GET /v1/proposals/{id}, POST /v1/proposals/{id}/approve and /reject */
export const addProposalRoutes = (app: Http, guard: Guard, deps: Administration): void => {
  const { pool, now } = deps
  app.get(
    '/v1/proposals',
    { schema: schemas.list },
    guard('ncb', async (request, reply, { participant }) => {
      const read = readNumbered(request.query as PageQuery)
      if (!read.ok) return problem(reply, read.refusal)
      const { after, limit } = read.value
      const { page, next, end } = pageOf(
        await listProposals(pool, { after, limit: limit + 1, participant }),
        limit,
        (last) => String(last.id),
        String(after),
      )
      return reply.send({ proposals: page.map((p) => proposalView(p, now())), next, end })
    }),
  )

  app.get(
    '/v1/proposals/:id',
    { schema: schemas.one },
    guard('ncb', async (request, reply, { participant }) => {
      const found = await readProposal(pool, idOf(request))
      const visible =
        found !== undefined && (participant === undefined || participant === found.participant)
      return visible
        ? reply.send(proposalView(found, now()))
        : problem(reply, { code: 'request/not-found' })
    }),
  )

  for (const [path, verdict] of [
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ] as const) {
    app.post(
      `/v1/proposals/:id/${path}`,
      { schema: schemas[path] },
      guard('admin', async (request, reply, operator) => {
        const read = readWhy(request)
        if (!read.ok) return problem(reply, read.refusal)
        return answerOutcome(
          reply,
          await decideProposal(
            pool,
            idOf(request),
            { verdict, who: personOf(operator).who, why: read.value.why },
            now,
          ),
          200,
          deps,
        )
      }),
    )
  }
}

const idOf = ({ params }: { params: unknown }): number => Number((params as { id: string }).id)
