import type { Warning } from '../../refusal.ts'
import type { Institution } from './institution.ts'
import data from '../data/institutions.json' with { type: 'json' }

type Entry = {
  readonly name: string
  readonly ids: Readonly<Record<string, string | undefined>>
  readonly lengths?: readonly number[]
}

const idsOf = ({ ids }: Entry): Institution[] =>
  Object.entries(ids).flatMap(([scheme, id]) => (id === undefined ? [] : [{ scheme, id }]))

const entries: readonly Entry[] = data.institutions
const institutions: ReadonlyMap<string, Entry> = new Map(
  entries.flatMap((entry) => idsOf(entry).map(({ scheme, id }) => [`${scheme}|${id}`, entry])),
)

const entryOf = ({ scheme, id }: Institution): Entry | undefined =>
  institutions.get(`${scheme}|${id}`)

/**
 * The same bank in its other schemes: a link, not one key, because the data file may err and grows,
 * and keys must not move.
 */
export const otherIds = (institution: Institution): Institution[] => {
  const entry = entryOf(institution)
  return entry === undefined
    ? []
    : idsOf(entry).filter(({ scheme }) => scheme !== institution.scheme)
}

/**
 * Lengths come from banks' and payment firms' pages that contradict each other: they warn, they
 * never refuse.
 */
export const accountLengthWarning = (
  institution: Institution,
  account: string,
  pointer: string,
): Warning[] => {
  const entry = entryOf(institution)
  if (entry?.lengths === undefined || entry.lengths.includes(account.length)) return []
  return [
    {
      code: 'account/unusual-length',
      pointer,
      detail: `${entry.name} uses ${entry.lengths.join(' or ')} characters`,
    },
  ]
}
