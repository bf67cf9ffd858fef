/** What an envelope discloses separately, so that the hub can withhold it: the one list of names, in their fixed order. */
export const disclosures = [
  'release', 'evaluation', 'operatorStatus', 'advice', 'narrative', 'caseReference', 'contact', 'agency', 'language', 'holder',
] as const

export type DisclosureName = (typeof disclosures)[number]
