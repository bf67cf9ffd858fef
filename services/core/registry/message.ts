import type { RegistryMessage } from '../generated/types.ts'
import { covers, type Agency, type Key, type Micros, type Registry } from './registry.ts'
import { formatMicros } from '../time.ts'

/** The newest changes of a participant's own rows, from the hub's log of changes. */
export type OwnChanges = NonNullable<RegistryMessage['changes']>

/**
 * What a participant may know of the registry, so that its gateway can refuse an unknown name at
 * once and rehearse who would see a notice: who is admitted, the agencies and groups, the hub's
 * public keys; the rights of its own agencies, and of others only how many have the same rights;
 * its own keys and the changes of its own rows. No clients.
 */
export const registryMessage = (
  registry: Registry,
  to: string,
  now: Micros,
  changes: OwnChanges = [],
): RegistryMessage => ({
  iss: 'hub',
  aud: to,
  type: 'registry',
  iat: Math.floor(now / 1_000_000),
  version: registry.version,
  contract: 2,
  participants: [...registry.participants.values()]
    .filter((p) => covers(p.admitted, now))
    .map(({ id, type, status }) => ({ id, type, status })),
  agencies: [...registry.agencies.values()].map((agency) => agencyFor(to, agency)),
  profiles: profilesOf([...registry.agencies.values()].filter((a) => a.participant !== to)),
  groups: [...registry.groups.values()].map(({ id, members }) => ({
    id,
    members: Object.keys(members).filter((m) => covers(members[m], now)),
  })),
  hubKeys: hubKeysOf([...registry.keys.values()]),
  ownKeys: [...registry.keys.values()].filter((k) => k.owner === to).map(ownKeyOf),
  changes,
})

const agencyFor = (
  to: string,
  { id, participant, status, rights, purposes, roles }: Agency,
): RegistryMessage['agencies'][number] => ({
  id,
  participant,
  status,
  ...(participant === to && { rights: [...rights], purposes: [...purposes], roles: [...roles] }),
})

const hubKeysOf = (keys: readonly Key[]): RegistryMessage['hubKeys'] =>
  keys.flatMap(({ kid, owner, purpose, status, jwk }) =>
    owner === 'hub' && status === 'active' && (purpose === 'reply' || purpose === 'checkpoint')
      ? [{ kid, purpose, jwk: { ...jwk } }]
      : [],
  )

const ownKeyOf = ({
  kid,
  purpose,
  status,
  valid,
  countersignature,
}: Key): NonNullable<RegistryMessage['ownKeys']>[number] => ({
  kid,
  purpose,
  status,
  valid: {
    from: formatMicros(valid.from),
    ...(valid.to !== undefined && { to: formatMicros(valid.to) }),
  },
  ...(countersignature !== undefined && { countersignature }),
})

/** Sorted by the rights, so that the order tells nothing of the names. */
const profilesOf = (agencies: readonly Agency[]): NonNullable<RegistryMessage['profiles']> => {
  const profiles = agencies.map(({ participant, status, rights, purposes, roles }) => ({
    participant,
    status,
    rights: rights.toSorted(),
    purposes: purposes.toSorted(),
    roles: roles.toSorted(),
  }))
  return [...Map.groupBy(profiles, (p) => JSON.stringify(p))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, same]) => ({ ...same[0]!, agencies: same.length }))
}
