import { purposes, rights, type Grant, type Participant } from '#core/registry/registry.ts'
import { bearer, list, object, problems, text } from '#runtime/http/schema-parts.ts'
import { bodyOf, changeReader } from './body.ts'
import { proposed } from './proposing.ts'
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

export const participantBodies = {
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
}
export const params = object({ id: name }, { required: ['id'] })
export const twoPersons =
  'A proposal, in force when a second person of the hub approves it. Role operator.'
export const proposalSchemaOf = (
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
export const readAdmission = changeReader<Omit<Participant, 'admitted' | 'status'> & Because>(
  participantBodies.admit,
)
export const readGrant = changeReader<Because & { readonly grant: Grant }>(participantBodies.grant)
export const readGroup = changeReader<
  Because & { readonly name: string; readonly members: readonly string[] }
>(participantBodies.group)
