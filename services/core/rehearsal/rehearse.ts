import { fittingPurpose } from '../decide/purpose.ts'
import { decide, type Decision, type Marked } from '../decide/decide.ts'
import type {
  Agency,
  Micros,
  Participant,
  ParticipantType,
  Purpose,
  Registry,
} from '../registry/registry.ts'
import { isVictimDesk, isVictimFirst } from '../decide/victim-first.ts'

/**
 * What one agency would see. Its H3 conditions are taken as acknowledged; `decision.conditions`
 * says that they must be.
 */
export type Rehearsed = {
  readonly participant: string
  readonly type: ParticipantType
  readonly agency: string
  /**
   * The purpose that was tried: one that the agency holds and the notice allows, if there is one.
   */
  readonly purpose: Purpose | undefined
  readonly decision: Decision
  /** A victim desk, for which others wait. */
  readonly toldFirst?: true
}

/**
 * Who would see the notice, agency by agency, in the order of their ids. For a notice that is not
 * logged, `loggedAt` is `now`. The result tells the whole registry, so a participant is shown the
 * agencies of others by `aggregate` only.
 */
export const rehearse = (notice: Marked, registry: Registry, now: Micros): Rehearsed[] =>
  [...registry.agencies.keys()].sort().flatMap((id) => {
    const agency = registry.agencies.get(id)!
    const participant = registry.participants.get(agency.participant)
    return participant === undefined
      ? []
      : [rehearseFor(agency, participant, notice, registry, now)]
  })

/** What one agency would see. `registry` must hold the agency. */
export const rehearseFor = (
  agency: Agency,
  { id: participant, type }: Participant,
  notice: Marked,
  registry: Registry,
  now: Micros,
): Rehearsed => {
  const purpose = fittingPurpose(agency, notice)
  const decision = decide(
    { participant, agency: agency.id, purpose, acknowledged: true },
    notice,
    registry,
    now,
  )
  const toldFirst = decision.content && isVictimFirst(notice) && isVictimDesk(agency, type)
  return {
    participant,
    type,
    agency: agency.id,
    purpose,
    decision,
    ...(toldFirst && { toldFirst }),
  }
}

/** How many agencies of one participant get the same decision. */
export type Aggregated = {
  readonly participant: string
  readonly type: ParticipantType
  readonly agencies: number
  readonly decision: Decision
}

/**
 * The same without the names of agencies: for every participant, its different decisions and the
 * number of agencies for each.
 */
export const aggregate = (rehearsed: readonly Rehearsed[]): Aggregated[] => {
  const alike = Map.groupBy(rehearsed, ({ participant, decision }) =>
    JSON.stringify([participant, decision]),
  )
  return [...alike.values()].map((same) => {
    const { participant, type, decision } = same[0]!
    return { participant, type, agencies: same.length, decision }
  })
}
