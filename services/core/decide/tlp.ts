import type { Asked } from './asked.ts'
import type { Release } from './decision.ts'
import { closed, isNamed, isPartnerNamed, open, released, type Opening } from './release.ts'

export type List = keyof Release

/**
 * One row of the TLP table: the lists that the TLP may carry, and what it grants to each type of
 * participant.
 */
export type Tlp = {
  readonly lists: readonly List[]
  /** Members and dialogue partners. */
  readonly police: (asked: Asked) => Opening
  /** Corporate partners. */
  readonly partner: (asked: Asked) => Opening
}

const ifNamed =
  (otherwise: (asked: Asked) => Opening) =>
  (asked: Asked): Opening =>
    isNamed(asked) ? open('named-agency') : otherwise(asked)

const releasedStrictly = (asked: Asked): Opening => {
  const grant = released(asked)
  return grant.open && !asked.agency.rights.includes('strict') ? closed('no-strict-right') : grant
}

const never = (): Opening => closed('partner-never')
const redacted = (): Opening => open('partner-redacted')
const redactedIfNamed = (asked: Asked): Opening =>
  isPartnerNamed(asked) ? redacted() : closed('partner-not-named')

/** TLP 2.0 as in the table of the design. A TLP without a row grants nothing. */
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

/** The grant of a TLP to a type of participant. A type without a column gets nothing. */
export const openingOf = (tlp: Tlp, asked: Asked): Opening => {
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
