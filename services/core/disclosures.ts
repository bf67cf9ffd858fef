/** The object of the payload that holds the digest of a member. */
export type DisclosurePlace = 'top' | 'handling' | 'subject'

/** The versions of the contract of a notice. */
export type ContractVersion = 1 | 2

/** What version 1 of the contract discloses separately. */
const inContract1 = {
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
} as const satisfies Record<string, DisclosurePlace>

/**
 * The members that an envelope discloses separately, so that the hub can withhold them, each with
 * the object of the payload that it belongs to. This is the one list of their names, in its fixed
 * order.
 */
const places = {
  ...inContract1,
  tellEnquiries: 'handling',
  blindContact: 'handling',
  links: 'top',
  campaign: 'top',
  loss: 'top',
  modus: 'top',
  by: 'top',
} as const satisfies Record<string, DisclosurePlace>

export type DisclosureName = keyof typeof places

export const disclosures = Object.keys(places) as readonly DisclosureName[]

export const placeOf = (name: DisclosureName): DisclosurePlace => places[name]

export const isDisclosure = (name: string): name is DisclosureName => Object.hasOwn(places, name)

type NamesByPlace = Readonly<Record<DisclosurePlace, readonly DisclosureName[]>>

const byPlace = (all: readonly DisclosureName[]): NamesByPlace => {
  const at = (place: DisclosurePlace) => all.filter((name) => places[name] === place)
  return { top: at('top'), handling: at('handling'), subject: at('subject') }
}

/** The members that each version of the contract discloses, by their place. */
export const disclosedIn: Readonly<Record<ContractVersion, NamesByPlace>> = {
  1: byPlace(Object.keys(inContract1) as (keyof typeof inContract1)[]),
  2: byPlace(disclosures),
}

/**
 * How many digests an envelope has at each place, whatever it discloses: the rest are decoys. Some
 * are room for later members.
 */
export const digestCounts: Readonly<
  Record<ContractVersion, Readonly<Record<DisclosurePlace, number>>>
> = {
  1: { top: 8, handling: 1, subject: 1 },
  2: { top: 16, handling: 4, subject: 2 },
}
