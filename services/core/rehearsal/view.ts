import { withheld, type Decision } from '../decide/decide.ts'
import {
  disclosedIn,
  isDisclosure,
  placeOf,
  type DisclosureName,
  type DisclosurePlace,
} from '../disclosures.ts'
import type { Rehearsal, Told } from './by-message.ts'

type Content = Readonly<Record<string, unknown>>

/** The members of a notice that one decision gives, and those that it withholds, by their paths. */
export type RehearsedNotice = Omit<Decision, 'withhold' | 'adviceOnly'> &
  Pick<Told, 'toldFirst'> & {
    readonly sees: readonly string[]
    readonly withheld: readonly string[]
  }

/**
 * Every member that is given or withheld as one, by its path, with its disclosure; null for a
 * member in the clear.
 */
const partsOf = (content: Content): [path: string, disclosure: DisclosureName | null][] => {
  const inner = (name: Exclude<DisclosurePlace, 'top'>): [string, DisclosureName | null][] =>
    Object.keys(content[name] ?? {}).map((member) => [
      `${name}.${member}`,
      disclosedIn[2][name].find((disclosed) => disclosed === member) ?? null,
    ])
  return Object.keys(content).flatMap((name): [string, DisclosureName | null][] => {
    if (name === 'handling' || name === 'subject') return inner(name)
    return [[name, isApart(name) ? name : null]]
  })
}

const isApart = (name: string): name is DisclosureName =>
  isDisclosure(name) && placeOf(name) === 'top'

const outcomeOf = ({ decision, toldFirst }: Told, content: Content): RehearsedNotice => {
  const { withhold: _names, adviceOnly: _advice, ...rest } = decision
  const hidden = new Set<DisclosureName>(withheld(decision, content['advice']))
  const isGiven = ([, disclosure]: [string, DisclosureName | null]): boolean =>
    decision.content && (disclosure === null || !hidden.has(disclosure))
  const parts = partsOf(content)
  return {
    ...rest,
    ...(toldFirst && { toldFirst }),
    sees: parts.filter(isGiven).map(([path]) => path),
    withheld: parts.filter((part) => !isGiven(part)).map(([path]) => path),
  }
}

/**
 * A rehearsal as it is answered: what own agencies, and those of every other participant, would see
 * of this content.
 */
export const rehearsalView = ({ own, others }: Rehearsal, content: Content): object => ({
  agencies: own.map(({ agency, purpose, ...told }) => ({
    agency,
    purpose: purpose ?? null,
    ...outcomeOf(told, content),
  })),
  participants: others.map(({ participant, type, named, groups }) => ({
    participant,
    type,
    named: named.map(({ agency, outcomes }) => ({
      agency,
      outcomes: outcomes.map((told) => outcomeOf(told, content)),
    })),
    others: groups.map(({ least, most, ...told }) => ({
      least,
      most,
      ...outcomeOf(told, content),
    })),
  })),
})
