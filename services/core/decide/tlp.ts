import type { Asked } from './asked.ts'
import type { Release } from './decision.ts'
import { closed, isNamed, isPartnerNamed, open, released, type Grant } from './release.ts'

export type List = keyof Release

/**
 * One row of the TLP table: the lists it may carry, and what it grants to each column of
 * participants.
 */
export type Tlp = {
  readonly lists: readonly List[]
  /** Members and dialogue partners. */
  readonly police: (asked: Asked) => Grant
  /** Corporate partners. */
  readonly partner: (asked: Asked) => Grant
}

const ifNamed =
  (otherwise: (asked: Asked) => Grant) =>
  (asked: Asked): Grant =>
    isNamed(asked) ? open('named-agency') : otherwise(asked)

const releasedStrictly = (asked: Asked): Grant => {
  const grant = released(asked)
  return grant.open && !asked.agency.rights.includes('strict') ? closed('no-strict-right') : grant
}

const never = (): Grant => closed('partner-never')
const redacted = (): Grant => open('partner-redacted')
const redactedIfNamed = (asked: Asked): Grant =>
  isPartnerNamed(asked) ? redacted() : closed('partner-not-named')

/** TLP 2.0 as the design's table has it. A TLP without a row grants nothing. */
export const tlps: ReadonlyMap<string, Tlp> = new Map<string, Tlp>([
  [
    'RED',
    { lists: ['agencies'], police: ifNamed(() => closed('tlp-red-not-named')), partner: never },
  ],
  [
    'AMBER+STRICT',
    {
      lists: ['participants', 'groups', 'agencies', 'exclude'],
      police: ifNamed(releasedStrictly),
      partner: never,
    },
  ],
  [
    'AMBER',
    {
      lists: ['participants', 'groups', 'agencies', 'partners', 'exclude'],
      police: ifNamed(released),
      partner: redactedIfNamed,
    },
  ],
  [
    'GREEN',
    { lists: ['partners', 'exclude'], police: () => open('green'), partner: redactedIfNamed },
  ],
  ['CLEAR', { lists: ['exclude'], police: () => open('clear'), partner: redacted }],
])

/** A type of participant without a column sees nothing. */
export const grantOf = (tlp: Tlp, asked: Asked): Grant => {
  switch (asked.participant.type) {
    case 'member':
    case 'dialogue-partner':
      return tlp.police(asked)
    case 'corporate-partner':
      return tlp.partner(asked)
    default:
      return closed('default-deny')
  }
}
