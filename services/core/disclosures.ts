/**
 * The members that an envelope discloses separately, so that the hub can withhold them, each with
 * the object of the payload that it belongs to. This is the one list of their names, in its fixed
 * order. A revocation has `reason` in the place of `narrative`, so an envelope has ten of them at
 * most.
 */
export const disclosurePlaces = {
  release: 'handling',
  evaluation: 'top',
  operatorStatus: 'top',
  advice: 'top',
  narrative: 'top',
  caseReference: 'top',
  contact: 'top',
  agency: 'top',
  language: 'top',
  holder: 'subject',
  reason: 'top',
} as const

export type DisclosureName = keyof typeof disclosurePlaces

export const disclosures = Object.keys(disclosurePlaces) as readonly DisclosureName[]

export const isDisclosure = (name: string): name is DisclosureName =>
  Object.hasOwn(disclosurePlaces, name)
