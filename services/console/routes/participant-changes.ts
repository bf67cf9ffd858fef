import { purposes, rights, type Grant, type Participant } from '#core/registry/registry.ts'
import type { RegistryAction } from '#core/registry/action.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { bodyOf, changeReader } from './body.ts'
import type { Guard } from './guarded.ts'
import { answerProposal, proposed, type Administration } from './proposing.ts'
import { bearer, list, object, problems, text } from '#runtime/http/schema-parts.ts'
import { name } from './schemas.ts'

const set = (values: readonly string[]) => ({
  ...list({ type: 'string', enum: values }),
  uniqueItems: true,
})
export const rightsSet = set(rights)
export const purposesSet = set(purposes)
const label = { ...text, minLength: 1, maxLength: 200 }
const grant = object(
  { rights: rightsSet, purposes: purposesSet },
  {
    additionalProperties: false,
    required: ['rights', 'purposes'],
    description: 'What its NCB may hand out to its agencies; by default what its type may',
  },
)

const bodies = {
  admit: bodyOf(
    {
      id: name,
      type: { enum: ['member', 'dialogue-partner', 'corporate-partner'] },
      name: label,
      attachedTo: {
        ...name,
        description: 'Of a corporate partner: the member whose NCB it is attached to',
      },
      grant,
    },
    ['id', 'type', 'name'],
  ),
  grant: bodyOf({ grant }, ['grant']),
  group: bodyOf(
    {
      name: label,
      members: { ...list(name), uniqueItems: true, description: 'All of its members' },
    },
    ['name', 'members'],
  ),
  why: bodyOf({}, []),
}
const params = object({ id: name }, { required: ['id'] })
const twoPersons =
  'A proposal, in force when a second person of the hub approves it. Role operator.'
const schemaOf = (
  summary: string,
  body: object,
  more: object = { params },
  description = twoPersons,
): object => ({
  summary,
  description,
  security: bearer,
  body,
  ...more,
  response: { ...proposed, ...problems },
})

type Because = { readonly why: string }
const readAdmission = changeReader<Omit<Participant, 'admitted' | 'status'> & Because>(bodies.admit)
const readGrant = changeReader<Because & { readonly grant: Grant }>(bodies.grant)
const readGroup = changeReader<
  Because & { readonly name: string; readonly members: readonly string[] }
>(bodies.group)
const readWhy = changeReader<Because>(bodies.why)

/**
 * POST /v1/participants, PUT /v1/participants/{id}/grant, POST /v1/participants/{id}/suspend,
 * /reinstate and /withdraw, PUT /v1/groups/{id}
 */
export const addParticipantChangeRoutes = (app: Http, guard: Guard, deps: Administration): void => {
  app.post(
    '/v1/participants',
    { schema: schemaOf('Admit a participant, or change its name', bodies.admit, {}) },
    guard('operator', async (request, reply, operator) => {
      const read = readAdmission(request)
      if (!read.ok) return problem(reply, read.refusal)
      const { why, ...participant } = read.value
      return answerProposal(reply, deps, operator, {
        why,
        action: { action: 'admit-participant', participant },
      })
    }),
  )

  app.put(
    '/v1/participants/:id/grant',
    {
      schema: schemaOf(
        'Set what a participant may hand out to its agencies',
        bodies.grant,
        { params },
        `${twoPersons} What its agencies hold beyond the grant they lose.`,
      ),
    },
    guard('operator', async (request, reply, operator) => {
      const read = readGrant(request)
      if (!read.ok) return problem(reply, read.refusal)
      return answerProposal(reply, deps, operator, {
        why: read.value.why,
        action: { action: 'set-grant', id: idOf(request), grant: read.value.grant },
      })
    }),
  )

  app.put(
    '/v1/groups/:id',
    { schema: schemaOf('Set the members of a group', bodies.group) },
    guard('operator', async (request, reply, operator) => {
      const read = readGroup(request)
      if (!read.ok) return problem(reply, read.refusal)
      const { why, ...group } = read.value
      return answerProposal(reply, deps, operator, {
        why,
        action: { action: 'set-group', id: idOf(request), ...group },
      })
    }),
  )

  const add = (
    path: string,
    action: Extract<
      RegistryAction,
      {
        id: string
        action: 'suspend-participant' | 'reinstate-participant' | 'withdraw-participant'
      }
    >['action'],
    summary: string,
    description?: string,
  ): void => {
    app.post(
      `/v1/participants/:id/${path}`,
      { schema: schemaOf(summary, bodies.why, { params }, description) },
      guard('operator', async (request, reply, operator) => {
        const read = readWhy(request)
        if (!read.ok) return problem(reply, read.refusal)
        return answerProposal(reply, deps, operator, {
          why: read.value.why,
          action: { action, id: idOf(request) },
        })
      }),
    )
  }
  add(
    'suspend',
    'suspend-participant',
    'Stop a participant from submitting and reading',
    'In force at once, within 5 seconds everywhere; a second person of the hub confirms it ' +
      'within 24 hours. Role operator.',
  )
  add('reinstate', 'reinstate-participant', 'End a suspension')
  add('withdraw', 'withdraw-participant', 'End a membership')
}

const idOf = ({ params }: { params: unknown }): string => (params as { id: string }).id
