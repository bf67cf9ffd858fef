import type { Tlp } from '../generated/types.ts'
import { objectOf, textOf, type Members } from './members-of.ts'

/**
 * TLP 2.0 by the fixed ids of its marking definitions (OASIS cti-stix-common-objects). CLEAR has
 * the id of the old WHITE too.
 */
const levels: ReadonlyMap<string, Tlp> = new Map([
  ['marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1', 'RED'],
  ['marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed', 'RED'],
  ['marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003', 'AMBER+STRICT'],
  ['marking-definition--826578e1-40ad-459f-bc73-ede076f81f37', 'AMBER+STRICT'],
  ['marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421', 'AMBER'],
  ['marking-definition--f88d31f6-486f-44da-b317-01333bde0b82', 'AMBER'],
  ['marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb', 'GREEN'],
  ['marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da', 'GREEN'],
  ['marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487', 'CLEAR'],
  ['marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9', 'CLEAR'],
])

const strictness: readonly Tlp[] = ['RED', 'AMBER+STRICT', 'AMBER', 'GREEN', 'CLEAR']

/** The TLP extension of OASIS on markings with ids of their own: `tlp_2_0` names the level. */
export const definedTlps = (objects: readonly (Members | undefined)[]): ReadonlyMap<string, Tlp> =>
  new Map(
    objects.flatMap((object): [string, Tlp][] => {
      const id = object?.['type'] === 'marking-definition' ? textOf(object['id']) : undefined
      const words = Object.values(objectOf(object?.['extensions']) ?? {}).map(
        (extension) => objectOf(extension)?.['tlp_2_0'],
      )
      const level = words.flatMap((word) =>
        typeof word === 'string' ? (tlpNamed(word) ?? []) : [],
      )[0]
      return id === undefined || level === undefined ? [] : [[id, level]]
    }),
  )

/** A level as written: `amber+strict`, `tlp:white`, … TLP 1 called CLEAR white. */
export const tlpNamed = (word: string): Tlp | undefined => {
  const name = word.toUpperCase().replace(/^TLP:/, '').replace('WHITE', 'CLEAR')
  return strictness.find((level) => level === name)
}

/** The strictest level among markings; undefined if none is a TLP. */
export const tlpOf = (
  markings: readonly string[],
  defined: ReadonlyMap<string, Tlp>,
): Tlp | undefined => strictest(markings.map((id) => levels.get(id) ?? defined.get(id)))

export const strictest = (given: readonly (Tlp | undefined)[]): Tlp | undefined =>
  strictness.find((level) => given.includes(level))
