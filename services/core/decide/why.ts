import { fittingPurpose } from './purpose.ts'
import { decide, type Decision, type Marked } from './decide.ts'
import type { Agency, Micros, Purpose, Registry } from '../registry/registry.ts'
import { together } from './visible-event.ts'

/**
 * One notice version, and the newest version of its notice. A reader needs both to allow the
 * notice.
 */
export type Versions = { readonly entry: Marked; readonly newest: Marked }

export type Why = {
  readonly participant: string
  readonly agency: string
  /**
   * The purpose that was tried: one that the agency holds and the notice allows, if there is one.
   */
  readonly purpose?: Purpose
  /** The decision on the version that denies, or what both versions give. */
  readonly decision: Decision
}

/**
 * Whether an agency may have a logged version, and by which rule, by a registry and a time: now, or
 * in the past. `acknowledged`: the agency has acknowledged the conditions of this version.
 */
export const why = (
  agency: Agency,
  { entry, newest }: Versions,
  registry: Registry,
  now: Micros,
  acknowledged: boolean,
): Why => {
  const purpose = fittingPurpose(agency, entry)
  const reader = {
    participant: agency.participant,
    agency: agency.id,
    acknowledged,
    ...(purpose !== undefined && { purpose }),
  }
  return {
    participant: agency.participant,
    agency: agency.id,
    ...(purpose !== undefined && { purpose }),
    decision: together(decide(reader, entry, registry, now), decide(reader, newest, registry, now)),
  }
}
