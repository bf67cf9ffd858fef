import { fittingPurpose } from './purpose.ts'
import { decide, type Marked, type Reader } from './decide.ts'
import { originates } from './asked.ts'
import { concernsVictim } from './marking.ts'
import type { Agency, Micros, ParticipantType, Registry } from '../registry/registry.ts'

/*
 * Who may be held against their will is told of first to those who help: of a notice on a possible
 * victim, the victim desks among the released have a head start. It orders who is told when; who
 * may see what is for `decide` alone.
 */

/**
 * Whether a version is told to victim desks first. It follows from the version alone, so that a
 * reader's place is never in doubt.
 */
export const isVictimFirst = (notice: Marked): boolean =>
  notice.status === 'active' && concernsVictim(notice)

/** Corporate partners have none. */
export const isVictimDesk = ({ roles }: Agency, type: ParticipantType | undefined): boolean =>
  roles.includes('victim-desk') && type !== 'corporate-partner'

/**
 * The victim desks that may have the content, whatever the purpose they hold, their conditions
 * taken as acknowledged.
 */
export const victimDesks = (notice: Marked, registry: Registry, now: Micros): string[] =>
  [...registry.agencies.values()]
    .filter(
      (agency) =>
        isVictimDesk(agency, registry.participants.get(agency.participant)?.type) &&
        isReleased(agency, notice, registry, now),
    )
    .map(({ id }) => id)
    .sort()

const isReleased = (agency: Agency, notice: Marked, registry: Registry, now: Micros): boolean => {
  const { id, participant } = agency
  const purpose = fittingPurpose(agency, notice)
  return decide(
    { participant, agency: id, acknowledged: true, ...(purpose !== undefined && { purpose }) },
    notice,
    registry,
    now,
  ).content
}

/**
 * The desks that a reader waits for before it is told: none where the head start is over, or the
 * reader is a desk or the originator. Once all of them were told, it waits no longer; so it waits
 * `headStart` microseconds after the log time at most.
 */
export const waitsFor = (
  reader: Reader,
  notice: Marked,
  registry: Registry,
  now: Micros,
  headStart: Micros,
): string[] => {
  if (!isVictimFirst(notice) || now >= notice.loggedAt + headStart) return []
  const participant = registry.participants.get(reader.participant)
  const agency = registry.agencies.get(reader.agency)
  if (
    participant !== undefined &&
    agency !== undefined &&
    originates({ participant, agency }, notice)
  )
    return []
  const desks = victimDesks(notice, registry, now)
  return desks.includes(reader.agency) ? [] : desks
}
