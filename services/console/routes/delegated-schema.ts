import { agencyRoles, purposes, type Agency, type Purpose } from '#core/registry/registry.ts'
import { bearer, json, list, object, problems, text } from '#runtime/http/schema-parts.ts'
import { bodyOf, changeReader } from './body.ts'
import { purposesSet, rightsSet } from './participant-schema.ts'
import { clientSchema } from './participants.ts'
import { name } from './schemas.ts'

type AgencyBody = Pick<Agency, 'name' | 'rights' | 'purposes'> & {
  readonly roles?: Agency['roles']
  readonly id?: string
  readonly participant?: string
  readonly why: string
}
export type ClientBody = {
  readonly purpose: Purpose
  readonly jwks?: readonly object[]
  readonly id?: string
  readonly agency?: string
  readonly why: string
}

const same = { ...name, description: 'As in the path, or left out' }
const publicJwk = object(
  { kty: text, d: false, k: false, p: false, q: false },
  { required: ['kty'] },
)
export const ownBodies = {
  agency: bodyOf(
    {
      id: same,
      participant: same,
      name: { ...text, minLength: 1, maxLength: 200 },
      rights: rightsSet,
      purposes: purposesSet,
      roles: { ...list({ type: 'string', enum: agencyRoles }), uniqueItems: true },
    },
    ['name', 'rights', 'purposes'],
  ),
  client: bodyOf(
    {
      id: same,
      agency: same,
      purpose: { enum: purposes },
      jwks: {
        ...list(publicJwk),
        minItems: 1,
        maxItems: 10,
        description: 'Public keys for private_key_jwt (RFC 7523), instead of a secret',
      },
    },
    ['purpose'],
  ),
}
export const readAgency = changeReader<AgencyBody>(ownBodies.agency)
export const readClient = changeReader<ClientBody>(ownBodies.client)

export const agencyParams = object({ id: name, agency: name }, { required: ['id', 'agency'] })
export const clientParams = object(
  { id: name, agency: name, client: name },
  { required: ['id', 'agency', 'client'] },
)
export const answeredClient = object(
  {
    client: clientSchema,
    clientSecret: {
      ...text,
      description: 'Only when it has just been made: it is kept nowhere and cannot be shown again',
    },
  },
  { required: ['client'] },
)
const alone =
  'Its NCB decides alone: role ncb of this participant, or of the member that a corporate ' +
  'partner is attached to. Within 5 seconds everywhere.'
export const ownSchemaOf = (
  summary: string,
  params: object,
  body: object,
  answer: object,
  more = '',
): object => ({
  summary,
  description: `${alone}${more}`,
  security: bearer,
  params,
  body,
  response: { 200: json('As it is now', answer), ...problems },
})

export const agencyPath = '/v1/participants/:id/agencies/:agency'
export const clientPath = `${agencyPath}/clients/:client`
