import type { RegistryMessage } from './generated/types.ts'
import { covers, type Micros, type Registry } from './registry.ts'

/**
 * What a participant may know of the registry, so that its gateway can refuse an unknown name at its door: who is
 * admitted, which agencies and groups there are, the hub's public keys. No rights, clients or purposes of others.
 */
export const registryMessage = (registry: Registry, to: string, now: Micros): RegistryMessage => ({
  iss: 'hub', aud: to, type: 'registry', iat: Math.floor(now / 1_000_000), version: registry.version,
  participants: [...registry.participants.values()].filter((p) => covers(p.admitted, now)).map(({ id, type, status }) => ({ id, type, status })),
  agencies: [...registry.agencies.values()].map(({ id, participant, status }) => ({ id, participant, status })),
  groups: [...registry.groups.values()].map(({ id, members }) => ({ id, members: Object.keys(members).filter((m) => covers(members[m], now)) })),
  hubKeys: [...registry.keys.values()].filter((k) => k.owner === 'hub' && k.status === 'active' && (k.purpose === 'reply' || k.purpose === 'checkpoint'))
    .map(({ kid, purpose, jwk }) => ({ kid, purpose: purpose as 'reply' | 'checkpoint', jwk: { ...jwk } })),
})
