import type { FastifyRequest } from 'fastify'
import type { Checked } from '#core/refusal.ts'
import type { RegistryAction } from '#core/registry/action.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { readWhy, whyBody } from './body.ts'
import type { Guard } from './guarded.ts'
import {
  participantBodies,
  params,
  readAdmission,
  readGrant,
  readGroup,
  proposalSchemaOf,
  twoPersons,
} from './participant-schema.ts'
import { answerProposal, type Administration } from './proposing.ts'

/**
 * POST /v1/participants, PUT /v1/participants/{id}/grant, POST /v1/participants/{id}/suspend,
 * /reinstate and /withdraw, PUT /v1/groups/{id}
 */
export const addParticipantChangeRoutes = (app: Http, guard: Guard, deps: Administration): void => {
  const proposing = proposingBy(guard, deps)
  app.post(
    '/v1/participants',
    {
      schema: proposalSchemaOf(
        'Admit a participant, or change its name',
        participantBodies.admit,
        {},
      ),
    },
    proposing(readAdmission, (participant) => ({
      action: 'admit-participant',
      participant,
    })),
  )
  app.put(
    '/v1/participants/:id/grant',
    {
      schema: proposalSchemaOf(
        'Set what a participant may hand out to its agencies',
        participantBodies.grant,
        { params },
        `${twoPersons} What its agencies hold beyond the grant they lose.`,
      ),
    },
    proposing(readGrant, ({ grant }, id) => ({ action: 'set-grant', id, grant })),
  )
  app.put(
    '/v1/groups/:id',
    { schema: proposalSchemaOf('Set the members of a group', participantBodies.group) },
    proposing(readGroup, (group, id) => ({ action: 'set-group', id, ...group })),
  )
  for (const { path, action, summary, description } of standings)
    app.post(
      `/v1/participants/:id/${path}`,
      { schema: proposalSchemaOf(summary, whyBody, { params }, description) },
      proposing(readWhy, (_asked, id) => ({ action, id })),
    )
}

const standings = [
  {
    path: 'suspend',
    action: 'suspend-participant',
    summary: 'Stop a participant from submitting and reading',
    description:
      'In force at once, within 5 seconds everywhere; a second person of the hub confirms it ' +
      'within 24 hours. Role operator.',
  },
  {
    path: 'reinstate',
    action: 'reinstate-participant',
    summary: 'End a suspension',
    description: twoPersons,
  },
  {
    path: 'withdraw',
    action: 'withdraw-participant',
    summary: 'End a membership',
    description: twoPersons,
  },
] as const

/** Reads a body and proposes the action that it asks for. `id` is that of the path. */
const proposingBy =
  (guard: Guard, deps: Administration) =>
  <B extends { readonly why: string }>(
    read: (request: FastifyRequest) => Checked<B>,
    actionOf: (asked: Omit<B, 'why'>, id: string) => RegistryAction,
  ) =>
    guard('operator', async (request, reply, operator) => {
      const body = read(request)
      if (!body.ok) return problem(reply, body.refusal)
      const { id = '' } = request.params as { id?: string }
      const { why, ...asked } = body.value
      return answerProposal(reply, deps, operator, { why, action: actionOf(asked, id) })
    })
