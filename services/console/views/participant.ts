import {
  isGoodKey,
  type Agency,
  type Client,
  type Group,
  type Interval,
  type Key,
  type Micros,
  type Participant,
  type Registry,
} from '#core/registry/registry.ts'
import { administers, grantOf } from '#core/registry/grant.ts'
import { formatMicros } from '#core/time.ts'
import type { Operator } from '../operators/auth.ts'

const interval = ({ from, to }: Interval): object => ({
  from: formatMicros(from),
  to: to === undefined ? null : formatMicros(to),
})

export const clientView = ({ secretHash, jwks, ...client }: Client): object => ({
  ...client,
  authentication: [
    ...(secretHash === undefined ? [] : ['client_secret']),
    ...(jwks === undefined ? [] : ['private_key_jwt']),
  ],
})

const soonMicros = 30 * 24 * 3600 * 1_000_000

export const keyView = (
  { kid, owner, purpose, status, valid, jwk, suspectedSince, countersignature }: Key,
  now: Micros,
): object => ({
  kid,
  owner,
  purpose,
  status,
  valid: interval(valid),
  endsSoon:
    isGoodKey({ status, valid }, now) && valid.to !== undefined && valid.to < now + soonMicros,
  suspectedSince: suspectedSince === undefined ? null : formatMicros(suspectedSince),
  countersignature: countersignature ?? null,
  jwk,
})

export const groupView = ({ id, name, members }: Group): object => ({
  id,
  name,
  members: Object.fromEntries(
    Object.entries(members).map(([member, intervals]) => [member, intervals.map(interval)]),
  ),
})

export const participantRowView = (p: Participant): object => ({
  id: p.id,
  type: p.type,
  name: p.name,
  status: p.status,
  attachedTo: p.attachedTo ?? null,
  admitted: p.admitted.map(interval),
  grant: grantOf(p),
})

/** One agency with its clients, without secrets. */
export const agencyView = (
  { participant: _own, ...agency }: Agency,
  registry: Registry,
): object => ({
  ...agency,
  clients: [...registry.clients.values()]
    .filter((c) => c.agency === agency.id)
    .map(({ agency: _its, ...c }) => clientView(c as Client)),
})

/** One participant with its agencies, their clients and its keys. */
export const participantView = (p: Participant, registry: Registry, now: Micros): object => ({
  ...participantRowView(p),
  agencies: [...registry.agencies.values()]
    .filter((a) => a.participant === p.id)
    .map((a) => agencyView(a, registry)),
  keys: [...registry.keys.values()].filter((k) => k.owner === p.id).map((k) => keyView(k, now)),
  groups: [...registry.groups.values()]
    .filter((g) => g.members[p.id]?.some((i) => i.to === undefined))
    .map((g) => g.id)
    .sort(),
})

/**
 * Whether an operator sees a participant in full. An NCB sees in full only the participants that it
 * administers.
 */
export const maySeeAll = ({ participant }: Operator, id: string, registry: Registry): boolean =>
  participant === undefined || administers(participant, id, registry)

export const listedParticipant = (
  p: Participant,
  registry: Registry,
  operator: Operator,
  now: Micros,
): object =>
  maySeeAll(operator, p.id, registry)
    ? participantView(p, registry, now)
    : { id: p.id, type: p.type, name: p.name }
