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
 * The same bank in its other schemes. It is a link and not part of the key: the data file grows and
 * can be wrong, and keys must not change.
 */
export const otherIds = (institution: Institution): Institution[] => {
  const entry = entryOf(institution)
  return entry === undefined
    ? []
    : idsOf(entry).filter(({ scheme }) => scheme !== institution.scheme)
}

/**
 * Lengths of account numbers, from pages of banks and payment firms that contradict each other. A
 * wrong length is a warning, never a refusal.
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
