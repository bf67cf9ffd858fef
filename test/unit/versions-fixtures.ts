import { decide, type Decision, type Reader } from '#core/decide/decide.ts'
import { now, plain, settled } from './decide-model.ts'

export const { registry } = settled

export const reader: Reader = { participant: 'M2', agency: 'M2-ALL' }

/** A decision of each sort that the table tells apart, made by decide itself. */
export const decisions: Readonly<Record<string, Decision>> = {
  suspended: decide({ participant: 'nobody', agency: 'nobody' }, plain, registry, now),
  hidden: decide(reader, plain, registry, now),
  expired: decide(reader, { ...plain, tlp: 'GREEN', expires: now }, registry, now),
  revoked: decide(reader, { ...plain, tlp: 'GREEN', status: 'revoked' }, registry, now),
  pending: decide(reader, { ...plain, tlp: 'GREEN', codes: ['H3'] }, registry, now),
  open: decide(reader, { ...plain, tlp: 'GREEN' }, registry, now),
  originator: decide({ participant: 'M1', agency: 'M1-SUB' }, plain, registry, now),
}
