/**
 * The members that an envelope discloses separately, so that the hub can withhold them, each with
 * the object of the payload that it belongs to and the version of the contract that first had it.
 * This is the one list of their names, in its fixed order.
 */
const places = {
  release: ['handling', 1],
  evaluation: ['top', 1],
  operatorStatus: ['top', 1],
  advice: ['top', 1],
  narrative: ['top', 1],
  caseReference: ['top', 1],
  contact: ['top', 1],
  agency: ['top', 1],
  language: ['top', 1],
  holder: ['subject', 1],
  reason: ['top', 1],
  tellEnquiries: ['handling', 2],
  blindContact: ['handling', 2],
  links: ['top', 2],
  campaign: ['top', 2],
  loss: ['top', 2],
  modus: ['top', 2],
  by: ['top', 2],
} as const satisfies Record<string, readonly [place: DisclosurePlace, since: ContractVersion]>

/** The object of the payload that holds the digest of a member. */
export type DisclosurePlace = 'top' | 'handling' | 'subject'

/** The versions of the contract of a notice. */
export type ContractVersion = 1 | 2

export type DisclosureName = keyof typeof places

export const disclosures = Object.keys(places) as readonly DisclosureName[]

export const placeOf = (name: DisclosureName): DisclosurePlace => places[name][0]

export const isDisclosure = (name: string): name is DisclosureName => Object.hasOwn(places, name)

const namesAt = (place: DisclosurePlace, contract: ContractVersion): readonly DisclosureName[] =>
  disclosures.filter((name) => places[name][0] === place && places[name][1] <= contract)

const namesOf = (
  contract: ContractVersion,
): Readonly<Record<DisclosurePlace, readonly DisclosureName[]>> => ({
  top: namesAt('top', contract),
  handling: namesAt('handling', contract),
  subject: namesAt('subject', contract),
})

/** The members that each version of the contract discloses, by their place. */
export const disclosedIn: Readonly<Record<ContractVersion, ReturnType<typeof namesOf>>> = {
  1: namesOf(1),
  2: namesOf(2),
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
