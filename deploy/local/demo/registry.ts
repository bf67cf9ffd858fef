import type { AgencyRole, PublicJwk, Purpose, Right } from '#core/registry/registry.ts'
import { purposes } from '#core/registry/registry.ts'
import {
  admitAgency,
  admitParticipant,
  enrolKey,
  setClient,
  setGroup,
  type RegistryChange,
} from '#core/registry/change.ts'

/** The demo's members: three countries with gateways, a dialogue partner, a corporate partner. */
export const demoParticipants = [
  { id: 'TH', type: 'member', name: 'Thailand' },
  { id: 'KH', type: 'member', name: 'Cambodia' },
  { id: 'VN', type: 'member', name: 'Viet Nam' },
  { id: 'JP', type: 'dialogue-partner', name: 'Japan' },
  { id: 'EXCHANGE-1', type: 'corporate-partner', name: 'A crypto exchange', attachedTo: 'TH' },
] as const

const police: readonly Right[] = ['read', 'strict', 'lookup', 'submit']

export const demoAgencies = [
  {
    id: 'TH-CCIB',
    participant: 'TH',
    name: 'Cyber Crime Investigation Bureau',
    rights: [...police, 'case'],
  },
  { id: 'KH-ACD', participant: 'KH', name: 'Anti-Cybercrime Department', rights: police },
  { id: 'VN-C06', participant: 'VN', name: 'Department C06', rights: police },
  {
    id: 'JP-NPA',
    participant: 'JP',
    name: 'National Police Agency',
    rights: ['read', 'lookup', 'submit'],
  },
  {
    id: 'EXCHANGE-1',
    participant: 'EXCHANGE-1',
    name: 'Compliance of Exchange 1',
    rights: ['read', 'submit'],
  },
] as const satisfies readonly {
  id: string
  participant: string
  name: string
  rights: readonly Right[]
}[]

export const demoGateways = ['TH', 'KH', 'VN'] as const
export type DemoGateway = (typeof demoGateways)[number]

export const demoGroups = [
  { id: 'ASEAN', name: 'Association of Southeast Asian Nations', members: ['TH', 'KH', 'VN'] },
  { id: 'MEKONG', name: 'Mekong subregion', members: ['TH', 'KH', 'VN'] },
] as const

/** In the demo a country's one agency is its National Central Bureau too. */
const demoRoles = (agency: string): readonly AgencyRole[] =>
  agency === 'EXCHANGE-1' ? [] : ['ncb']

/** The purposes of an agency, and the purpose of its client. */
export const demoPurposes = (agency: string): readonly Purpose[] =>
  agency === 'EXCHANGE-1' ? ['crime-prevention', 'account-freezing'] : purposes
export const clientPurpose = (agency: string): Purpose =>
  agency === 'EXCHANGE-1' ? 'crime-prevention' : 'criminal-investigation'

export type DemoClient = {
  readonly agency: string
  readonly id: string
  readonly secretHash: string
}
export type DemoKey = {
  readonly owner: string
  readonly purpose: 'notice' | 'ncb' | 'reply' | 'checkpoint'
  readonly kid: string
  readonly jwk: PublicJwk
}

/** The registry of the demo as changes. Applying them again changes nothing. */
export const demoRegistry = (
  keys: readonly DemoKey[],
  clients: readonly DemoClient[],
): RegistryChange[] => [
  ...demoParticipants.map((p) => admitParticipant(p)),
  ...demoAgencies.map((a) =>
    admitAgency({ ...a, roles: demoRoles(a.id), purposes: [...demoPurposes(a.id)] }),
  ),
  ...demoGroups.map(({ id, name, members }) => setGroup(id, name, members)),
  ...keys.map((k) => enrolKey(k)),
  ...clients.map(({ id, agency, secretHash }) =>
    setClient({ id, agency, secretHash, purpose: clientPurpose(agency) }),
  ),
]
