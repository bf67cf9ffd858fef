import type { Interval, Micros, Registry } from '#core/registry/registry.ts'
import { formatMicros } from '#core/time.ts'

/** The registry for people: times in UTC, and no hash of a secret. */
export const registryText = (registry: Registry): object => ({
  version: registry.version,
  participants: [...registry.participants.values()].map((p) => ({
    ...p,
    admitted: p.admitted.map(interval),
  })),
  agencies: [...registry.agencies.values()],
  groups: [...registry.groups.values()].map((g) => ({
    ...g,
    members: Object.fromEntries(
      Object.entries(g.members).map(([id, intervals]) => [id, intervals.map(interval)]),
    ),
  })),
  keys: [...registry.keys.values()].map((k) => ({
    ...k,
    valid: interval(k.valid),
    ...(k.suspectedSince !== undefined && { suspectedSince: time(k.suspectedSince) }),
  })),
  clients: [...registry.clients.values()].map(({ secretHash, ...client }) => ({
    ...client,
    ...(secretHash !== undefined && { secret: 'set' }),
  })),
})

const interval = ({ from, to }: Interval): { from: string; to?: string } => ({
  from: time(from),
  ...(to !== undefined && { to: time(to) }),
})

const time = (at: Micros): string => formatMicros(at)
