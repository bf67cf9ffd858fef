import notice from '#schemas/notice.json' with { type: 'json' }
import type { Offence } from '../generated/types.ts'

export type Members = Readonly<Record<string, unknown>>

/** A member that is an object, or nothing. */
export const objectOf = (value: unknown): Members | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Members)
    : undefined

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const objectsOf = (value: unknown): Members[] =>
  listOf(value)
    .map(objectOf)
    .filter((item) => item !== undefined)

export const textsOf = (value: unknown): string[] =>
  listOf(value).filter((item) => typeof item === 'string')

/** Without the members that are undefined. */
export const present = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const offences: ReadonlySet<string> = new Set(notice.$defs.offence.enum)

/** The offences among some words; undefined if there is none. */
export const offencesIn = (words: readonly string[]): Offence[] | undefined => {
  const found = [...new Set(words)].filter((word) => offences.has(word)) as Offence[]
  return found.length === 0 ? undefined : found
}

/**
 * The subject of an account that is known by its IBAN, or by number and BIC. A BIC has the country
 * at its fifth letter (ISO 9362).
 */
export const accountSubject = (given: {
  iban?: string | undefined
  account?: string | undefined
  bic?: string | undefined
  currency?: string | undefined
}): Members => {
  const { iban, account, bic, currency } = given
  if (iban !== undefined) return present({ iban, currency })
  return present({
    account,
    ...(bic !== undefined && {
      institution: { scheme: 'bic', id: bic },
      country: bic.slice(4, 6).toUpperCase(),
    }),
    currency,
  })
}
