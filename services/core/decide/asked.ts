import {
  covers,
  type Agency,
  type Micros,
  type Participant,
  type Registry,
} from '../registry/registry.ts'
import type { Marked, Reader, Rule } from './decision.ts'

/** A reader as the registry has it. */
export type Known = { readonly participant: Participant; readonly agency: Agency }

/** A known reader, what it asks for, by which registry and for what time. */
export type Asked = Known & {
  readonly notice: Marked
  readonly registry: Registry
  readonly now: Micros
}

/** Finds the reader; the rule says why it may read nothing whatever. */
export const identify = (reader: Reader, registry: Registry, now: Micros): Known | Rule => {
  const participant = registry.participants.get(reader.participant)
  const agency = registry.agencies.get(reader.agency)
  if (participant === undefined || agency === undefined || agency.participant !== participant.id)
    return 'unknown-reader'
  if (participant.status !== 'active' || agency.status !== 'active') return 'suspended'
  return covers(participant.admitted, now) ? { participant, agency } : 'not-admitted'
}

/** The submitting agency and its NCB. A notice that names no agency has its NCB only. */
export const originates = ({ participant, agency }: Known, notice: Marked): boolean =>
  participant.id === notice.issuer && (agency.id === notice.agency || agency.roles.includes('ncb'))
