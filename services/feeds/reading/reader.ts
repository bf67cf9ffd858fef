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
  /** Agency and purpose: what one of its clients was handed, the others hold as well. */
  readonly key: string
  readonly tokenExpiresAt: Micros
}

export const readerKey = (agency: string, purpose: string): string => `${agency} ${purpose}`

/**
 * A number that changes with what decides in the registry for this reader: standing, type,
 * membership, rights, purposes, groups. Where it differs from a cursor's, what was not handed over
 * by then may be allowed now.
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
