import { disclosures, type DisclosureName } from '../disclosures.ts'
import type { Asked } from './asked.ts'
import type { Decision } from './decision.ts'
import { concernsVictim } from './marking.ts'
import { isNamed } from './release.ts'

/**
 * What a reader's copy holds and how it is marked; whether the reader may have it is decided
 * before.
 */
type Copy = Omit<Decision, 'content' | 'existence' | 'rule'>

const allBut = (kept: DisclosureName): readonly DisclosureName[] =>
  disclosures.filter((name) => name !== kept)

const fromPartners = allBut('advice')
const fromPolice: readonly DisclosureName[] = ['release']
const fromPoliceWithoutCase: readonly DisclosureName[] = ['release', 'caseReference', 'contact']

export const copyFor = (asked: Asked): Copy => ({
  ...(asked.participant.type === 'corporate-partner' ? partnerCopy(asked) : policeCopy(asked)),
  ...(asked.notice.codes.includes('H2') && { notToBePassedOn: true }),
  ...(asked.notice.codes.includes('H3') && { conditions: true }),
})

const policeCopy = (asked: Asked): Copy => ({
  withhold:
    asked.agency.rights.includes('case') || isNamed(asked) ? fromPolice : fromPoliceWithoutCase,
})

/**
 * On a possible victim the advice to a partner is to block, or none: monitoring or reporting back
 * points at a person.
 */
const partnerCopy = ({ notice }: Asked): Copy =>
  concernsVictim(notice)
    ? { withhold: disclosures, copyTlp: 'AMBER+STRICT', adviceOnly: 'block' }
    : { withhold: fromPartners, copyTlp: 'AMBER+STRICT' }
