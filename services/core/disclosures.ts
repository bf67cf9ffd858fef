/**
 * What an envelope discloses separately, so that the hub can withhold it: the one list of names, in
 * their fixed order. A revocation carries `reason` in the place of `narrative`, so an envelope has
 * ten of them at most.
 */
export const disclosures = [
  'release',
  'evaluation',
  'operatorStatus',
  'advice',
  'narrative',
  'caseReference',
  'contact',
  'agency',
  'language',
  'holder',
  'reason',
] as const

export type DisclosureName = (typeof disclosures)[number]
