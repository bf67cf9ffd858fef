import {
  covers,
  type Agency,
  type Micros,
  type Participant,
  type Registry,
} from '../registry/registry.ts'
import type { Marked, Reader, Rule } from './decision.ts'

/** The agency and the participant of a reader in the registry. */
export type Known = { readonly participant: Participant; readonly agency: Agency }

/** A known reader, what it asks for, and the registry and the time to decide by. */
export type Asked = Known & {
  readonly notice: Marked
  readonly registry: Registry
  readonly now: Micros
}

/** Finds the reader. The rule says why an unknown or suspended reader may read nothing. */
export const identify = (reader: Reader, registry: Registry, now: Micros): Known | Rule => {
  const participant = registry.participants.get(reader.participant)
  const agency = registry.agencies.get(reader.agency)
  if (participant === undefined || agency === undefined || agency.participant !== participant.id)
    return 'unknown-reader'
  if (participant.status !== 'active' || agency.status !== 'active') return 'suspended'
  return covers(participant.admitted, now) ? { participant, agency } : 'not-admitted'
}

/**
 * Whether the reader is the submitting agency or its NCB. If the notice names no agency, only the
 * NCB is.
 */
export const originates = ({ participant, agency }: Known, notice: Marked): boolean =>
  participant.id === notice.issuer && (agency.id === notice.agency || agency.roles.includes('ncb'))
