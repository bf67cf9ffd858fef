import { fittingPurpose } from './purpose.ts'
import { decide, type Marked, type Reader } from './decide.ts'
import { originates } from './asked.ts'
import { concernsVictim } from './marking.ts'
import type { Agency, Micros, ParticipantType, Registry } from '../registry/registry.ts'

/*
 * A notice on a possible victim reaches the victim desks among the released first, because they can
 * help the person. Other readers wait until the head start is over. This orders who is told when;
 * `decide` alone says who may see the notice.
 */

/**
 * Whether victim desks get a version first. It follows from the version alone, so a reader's
 * position is never in doubt.
 */
export const isVictimFirst = (notice: Marked): boolean =>
  notice.status === 'active' && concernsVictim(notice)

/** Corporate partners have no victim desks. */
export const isVictimDesk = ({ roles }: Agency, type: ParticipantType | undefined): boolean =>
  roles.includes('victim-desk') && type !== 'corporate-partner'

/**
 * The victim desks that may have the content, with any purpose that they hold, and with their
 * conditions taken as acknowledged.
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
 * The desks that a reader waits for. None, if the head start is over or the reader is a desk or the
 * originator. A reader waits until all of them were told, and `headStart` microseconds after the
 * log time at most.
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
