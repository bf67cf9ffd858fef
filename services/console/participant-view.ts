import type { Client, Interval, Participant, Registry } from '#core/registry.ts'
import { formatMicros } from '#core/time.ts'
import type { Operator } from './auth.ts'

const interval = ({ from, to }: Interval): object => ({ from: formatMicros(from), to: to === undefined ? null : formatMicros(to) })

const clientView = ({ secretHash, jwks, ...client }: Client): object => ({
  ...client, authentication: [...(secretHash === undefined ? [] : ['client_secret']), ...(jwks === undefined ? [] : ['private_key_jwt'])],
})

/** All of one participant, with its agencies, their clients (no secrets) and its keys. */
export const participantView = (p: Participant, registry: Registry): object => {
  const agencies = [...registry.agencies.values()].filter((a) => a.participant === p.id)
  const clients = [...registry.clients.values()]
  return {
    id: p.id, type: p.type, name: p.name, status: p.status, attachedTo: p.attachedTo ?? null, admitted: p.admitted.map(interval),
    agencies: agencies.map(({ participant: _own, ...a }) => ({ ...a, clients: clients.filter((c) => c.agency === a.id).map(({ agency: _its, ...c }) => clientView(c as Client)) })),
    keys: [...registry.keys.values()].filter((k) => k.owner === p.id).map(({ kid, purpose, status, valid, jwk }) => ({ kid, purpose, status, valid: interval(valid), jwk })),
    groups: [...registry.groups.values()].filter((g) => g.members[p.id]?.some((i) => i.to === undefined)).map((g) => g.id).sort(),
  }
}

/** An NCB sees all of its own side, and of the others that they belong. */
export const maySeeAll = ({ participant }: Operator, id: string): boolean => participant === undefined || participant === id

export const listedParticipant = (p: Participant, registry: Registry, operator: Operator): object =>
  maySeeAll(operator, p.id) ? participantView(p, registry) : { id: p.id, type: p.type, name: p.name }
