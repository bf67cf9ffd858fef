import { trimmed } from './grant.ts'
import type {
  Agency,
  Client,
  Grant,
  Group,
  Interval,
  Key,
  Micros,
  Participant,
  Registry,
} from './registry.ts'

/** One row to write as of the next registry version. `body` is the whole row. */
export type RegistryRow =
  | { readonly kind: 'participant'; readonly id: string; readonly body: Participant }
  | { readonly kind: 'agency'; readonly id: string; readonly body: Agency }
  | { readonly kind: 'group'; readonly id: string; readonly body: Group }
  | { readonly kind: 'key'; readonly id: string; readonly body: Key }
  | { readonly kind: 'client'; readonly id: string; readonly body: Client }

/** A change: a pure function of the current registry and the time at which it takes effect. */
export type RegistryChange = (registry: Registry, at: Micros) => RegistryRow[]

const open = (intervals: readonly Interval[] | undefined, at: Micros): readonly Interval[] => {
  const held = intervals ?? []
  return held.some((i) => i.to === undefined) ? held : [...held, { from: at }]
}

const close = (intervals: readonly Interval[], at: Micros): readonly Interval[] =>
  intervals.map((i) => (i.to === undefined ? { from: i.from, to: at } : i))

/**
 * Admits a participant, or changes its name or attachment. Admitting it twice counts once. Without
 * a grant, the grant stays.
 */
export const admitParticipant =
  (p: Omit<Participant, 'admitted' | 'status'>): RegistryChange =>
  (registry, at) => {
    const held = registry.participants.get(p.id)
    const grant = p.grant ?? held?.grant
    return [
      {
        kind: 'participant',
        id: p.id,
        body: {
          ...p,
          ...(grant && { grant }),
          status: held?.status ?? 'active',
          admitted: open(held?.admitted, at),
        },
      },
    ]
  }

export const setParticipantStanding =
  (id: string, status: Participant['status']): RegistryChange =>
  (registry) => {
    const held = registry.participants.get(id)
    return held ? [{ kind: 'participant', id, body: { ...held, status } }] : []
  }

/**
 * Sets the rights that a participant may give to its agencies. Its agencies lose the rights beyond
 * them.
 */
export const setGrant =
  (id: string, grant: Grant): RegistryChange =>
  (registry) => {
    const held = registry.participants.get(id)
    if (held === undefined) return []
    const agencies = [...registry.agencies.values()].filter((a) => a.participant === id)
    return [
      { kind: 'participant', id, body: { ...held, grant } },
      ...agencies.map((a): RegistryRow => ({ kind: 'agency', id: a.id, body: trimmed(a, grant) })),
    ]
  }

/** Ends the membership of a participant: notices that are logged from now on do not reach it. */
export const withdrawParticipant =
  (id: string): RegistryChange =>
  (registry, at) => {
    const held = registry.participants.get(id)
    return held
      ? [{ kind: 'participant', id, body: { ...held, admitted: close(held.admitted, at) } }]
      : []
  }

export const admitAgency =
  (agency: Omit<Agency, 'status'>): RegistryChange =>
  (registry) => [
    {
      kind: 'agency',
      id: agency.id,
      body: { ...agency, status: registry.agencies.get(agency.id)?.status ?? 'active' },
    },
  ]

export const setAgencyStanding =
  (id: string, status: Agency['status']): RegistryChange =>
  (registry) => {
    const held = registry.agencies.get(id)
    return held ? [{ kind: 'agency', id, body: { ...held, status } }] : []
  }

/**
 * Sets the members of a group. A participant that leaves keeps the interval in which it belonged.
 */
export const setGroup =
  (id: string, name: string, members: readonly string[]): RegistryChange =>
  (registry, at) => {
    const held = registry.groups.get(id)?.members ?? {}
    const all = new Set([...Object.keys(held), ...members])
    const body = Object.fromEntries(
      [...all].map((m) => [m, members.includes(m) ? open(held[m], at) : close(held[m] ?? [], at)]),
    )
    return [{ kind: 'group', id, body: { id, name, members: body } }]
  }

/**
 * Enrols a key, from now unless the change says otherwise. A key that was ever enrolled, by
 * whomever, is never enrolled again.
 */
export const enrolKey =
  (key: Omit<Key, 'status' | 'valid'>, valid: Partial<Interval> = {}): RegistryChange =>
  (registry, at) =>
    registry.keys.has(key.kid)
      ? []
      : [
          {
            kind: 'key',
            id: key.kid,
            body: { ...key, status: 'active', valid: { ...valid, from: valid.from ?? at } },
          },
        ]

export type Revocation = { readonly suspectedSince?: Micros; readonly overlapMs?: number }

/**
 * Ends a key. `superseded`: submissions under way have `overlapMs` to be logged. `compromised`,
 * also for a superseded key: the key ends at once, and nothing lifts that.
 */
export const revokeKey =
  (
    kid: string,
    status: 'superseded' | 'compromised',
    { suspectedSince, overlapMs = 0 }: Revocation = {},
  ): RegistryChange =>
  (registry, at) => {
    const held = registry.keys.get(kid)
    if (held === undefined || held.status === 'compromised' || held.status === status) return []
    const end = status === 'compromised' ? at : at + overlapMs * 1000
    const to = Math.max(held.valid.from, Math.min(end, held.valid.to ?? end))
    return [
      {
        kind: 'key',
        id: kid,
        body: {
          ...held,
          status,
          valid: { from: held.valid.from, to },
          ...(suspectedSince !== undefined && { suspectedSince }),
        },
      },
    ]
  }

export const setClient =
  (client: Omit<Client, 'status'>): RegistryChange =>
  (registry) => [
    {
      kind: 'client',
      id: client.id,
      body: { ...client, status: registry.clients.get(client.id)?.status ?? 'active' },
    },
  ]

export const setClientStanding =
  (id: string, status: Client['status']): RegistryChange =>
  (registry) => {
    const held = registry.clients.get(id)
    return held ? [{ kind: 'client', id, body: { ...held, status } }] : []
  }

const tables = {
  participant: 'participants',
  agency: 'agencies',
  group: 'groups',
  key: 'keys',
  client: 'clients',
} as const

/** The rows that differ from the registry. If there are none, the change is in force already. */
export const effective = (registry: Registry, rows: readonly RegistryRow[]): RegistryRow[] =>
  rows.filter((r) => sorted(registry[tables[r.kind]].get(r.id)) !== sorted(r.body))

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_k, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  ) ?? ''

/** The registry made of rows, e.g. those in force at one version. */
export const registryOf = (version: number, rows: readonly RegistryRow[]): Registry => {
  const pick = <T>(kind: RegistryRow['kind']): Map<string, T> =>
    new Map(rows.filter((r) => r.kind === kind).map((r) => [r.id, r.body as T]))
  return {
    version,
    participants: pick('participant'),
    agencies: pick('agency'),
    groups: pick('group'),
    keys: pick('key'),
    clients: pick('client'),
  }
}
