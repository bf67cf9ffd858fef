import { disclosures, type DisclosureName } from '../disclosures.ts'
import type { Asked } from './asked.ts'
import type { Decision } from './decision.ts'
import { concernsVictim } from './marking.ts'
import { isNamed } from './release.ts'

/**
 * The members and the mark of a reader's copy. The rules before have decided that the reader may
 * have one.
 */
type Copy = Omit<Decision, 'content' | 'existence' | 'rule'>

const allBut = (...kept: readonly DisclosureName[]): readonly DisclosureName[] =>
  disclosures.filter((name) => !kept.includes(name))

const fromPartners = allBut('advice', 'tellEnquiries')
const fromPartnersOnVictims = allBut('tellEnquiries')
const fromPolice: readonly DisclosureName[] = ['release', 'links', 'by']
const fromPoliceWithoutCase: readonly DisclosureName[] = [
  'release',
  'caseReference',
  'contact',
  'links',
  'by',
]

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
 * In a notice on a possible victim a partner gets the advice only if it is to block: monitoring or
 * reporting back would point at a person.
 */
const partnerCopy = ({ notice }: Asked): Copy =>
  concernsVictim(notice)
    ? { withhold: fromPartnersOnVictims, copyTlp: 'AMBER+STRICT', adviceOnly: 'block' }
    : { withhold: fromPartners, copyTlp: 'AMBER+STRICT' }
