import { fittingPurpose } from './purpose.ts'
import { decide, type Decision, type Marked } from './decide.ts'
import type { Agency, Micros, Purpose, Registry } from '../registry/registry.ts'
import { together } from './visible-event.ts'

/** One notice version, and the newest of its notice: a reader needs both to allow it. */
export type Versions = { readonly entry: Marked; readonly newest: Marked }

export type Why = {
  readonly participant: string
  readonly agency: string
  /**
   * The purpose it was tried with: one the agency holds and the notice allows, where there is one.
   */
  readonly purpose?: Purpose
  /** Of the version that denies; where both allow, what both give. */
  readonly decision: Decision
}

/**
 * Whether an agency may have a logged version, and by which rule, by the registry and time given:
 * as it is now, or as it was. `acknowledged`: its agency has acknowledged this version's
 * conditions.
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
