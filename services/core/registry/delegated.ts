import { accept, refuse, type Checked } from '../refusal.ts'
import type { Agency, Client, Registry, Standing } from './registry.ts'
import {
  admitAgency,
  setAgencyStanding,
  setClient,
  setClientStanding,
  type RegistryChange,
} from './change.ts'
import { administers, beyondGrant, grantOf } from './grant.ts'

/*
 * The changes that an NCB decides alone: the agencies and clients of its own participant, and of
 * the corporate partners attached to it, within the grant of the hub. The path names the parent of
 * each agency and client. One of another participant gets the same answer as an absent one.
 */

/** The place of an agency: its participant and its id. `ncb` is the participant whose NCB asks. */
export type AgencyPath = {
  readonly ncb: string
  readonly participant: string
  readonly agency: string
}
export type ClientPath = AgencyPath & { readonly client: string }

const notFound = refuse('request/not-found')

/**
 * Whether an id begins with the id of its owner, so that nobody can take a name that belongs to
 * another.
 */
const isNamedAfter = (id: string, owner: string): boolean =>
  id === owner || id.toUpperCase().startsWith(`${owner.toUpperCase()}-`)

const parentOf = ({ ncb, participant }: AgencyPath, registry: Registry) => {
  const parent = registry.participants.get(participant)
  return parent !== undefined && administers(ncb, participant, registry) ? parent : undefined
}

const agencyOf = (path: AgencyPath, registry: Registry): Agency | undefined => {
  const held = registry.agencies.get(path.agency)
  return parentOf(path, registry) !== undefined && held?.participant === path.participant
    ? held
    : undefined
}

const clientOf = (path: ClientPath, registry: Registry): Client | undefined => {
  const held = registry.clients.get(path.client)
  return agencyOf(path, registry) !== undefined && held?.agency === path.agency ? held : undefined
}

/** Admits an agency, or sets its rights anew. */
export const setOwnAgency = (
  path: AgencyPath,
  agency: Pick<Agency, 'name' | 'rights' | 'purposes' | 'roles'>,
  registry: Registry,
): Checked<readonly RegistryChange[]> => {
  const parent = parentOf(path, registry)
  if (
    parent === undefined ||
    (registry.agencies.has(path.agency) && agencyOf(path, registry) === undefined)
  )
    return notFound
  if (!registry.agencies.has(path.agency) && !isNamedAfter(path.agency, path.participant))
    return refuse('registry/bad-name', undefined, `${path.participant}-`)
  const beyond = beyondGrant(agency, grantOf(parent))
  if (beyond !== undefined) return refuse('registry/not-granted', undefined, beyond)
  return accept([
    admitAgency({
      id: path.agency,
      participant: path.participant,
      name: agency.name,
      rights: agency.rights,
      purposes: agency.purposes,
      roles: agency.roles,
    }),
  ])
}

export const setOwnAgencyStanding = (
  path: AgencyPath,
  status: Standing,
  registry: Registry,
): Checked<readonly RegistryChange[]> =>
  agencyOf(path, registry) === undefined
    ? notFound
    : accept([setAgencyStanding(path.agency, status)])

/**
 * Creates a client, or sets its purpose and its secret or keys. Without a new secret or new keys
 * the client keeps those that it has.
 */
export const setOwnClient = (
  path: ClientPath,
  client: Pick<Client, 'purpose' | 'secretHash' | 'jwks'>,
  registry: Registry,
): Checked<readonly RegistryChange[]> => {
  const agency = agencyOf(path, registry)
  const held = clientOf(path, registry)
  if (agency === undefined || (registry.clients.has(path.client) && held === undefined))
    return notFound
  if (held === undefined && !isNamedAfter(path.client, path.agency))
    return refuse('registry/bad-name', undefined, `${path.agency}-`)
  if (!agency.purposes.includes(client.purpose))
    return refuse('registry/not-granted', undefined, client.purpose)
  const proof = client.secretHash === undefined && client.jwks === undefined ? held : client
  return accept([
    setClient({
      id: path.client,
      agency: path.agency,
      purpose: client.purpose,
      ...(proof?.secretHash !== undefined && { secretHash: proof.secretHash }),
      ...(proof?.jwks !== undefined && { jwks: proof.jwks }),
    }),
  ])
}

export const setOwnClientStanding = (
  path: ClientPath,
  status: Standing,
  registry: Registry,
): Checked<readonly RegistryChange[]> =>
  clientOf(path, registry) === undefined
    ? notFound
    : accept([setClientStanding(path.client, status)])
