import { createHash } from 'node:crypto'
import type { Reader } from '#core/decide/decide.ts'
import {
  covers,
  type Micros,
  type ParticipantType,
  type Purpose,
  type Registry,
} from '#core/registry/registry.ts'

/** Who reads: a client of an agency, with the purpose fixed in its token. */
export type FeedReader = Reader & {
  readonly client: string
  readonly purpose: Purpose
  readonly type: ParticipantType
  /**
   * The agency and the purpose. What one client of them was handed, the other clients hold as well.
   */
  readonly key: string
  readonly tokenExpiresAt: Micros
}

export const readerKey = (agency: string, purpose: string): string => `${agency} ${purpose}`

/**
 * A number that changes with everything in the registry that decides for this reader: standing,
 * type, membership, rights, purposes, groups. If it differs from the epoch of a cursor, entries
 * before the cursor may be readable now that were not then.
 */
export const rightsEpoch = (
  { participant, agency }: Pick<Reader, 'participant' | 'agency'>,
  registry: Registry,
): number => {
  const p = registry.participants.get(participant)
  const a = registry.agencies.get(agency)
  const groups = [...registry.groups.values()]
    .filter((g) => g.members[participant] !== undefined)
    .sort((x, y) => (x.id < y.id ? -1 : 1))
    .map((g) => [g.id, g.members[participant]])
  const decides = [
    p?.type,
    p?.status,
    p?.admitted,
    a?.status,
    a?.rights.toSorted(),
    a?.purposes.toSorted(),
    a?.roles.toSorted(),
    groups,
  ]
  return createHash('sha256').update(JSON.stringify(decides)).digest().readUInt32BE(0)
}

export const isAdmitted = ({ participant }: Reader, registry: Registry, now: Micros): boolean =>
  covers(registry.participants.get(participant)?.admitted, now)
