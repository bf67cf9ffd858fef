import type { CountryCode, PhoneNumber } from 'libphonenumber-js/max'
import { choosePhone, readingsOf } from './reading.ts'
import type { Writing } from './writing.ts'

const isNumber = (digits: string, country: CountryCode | undefined): boolean => {
  const chosen = choosePhone(readingsOf(digits, country))
  return chosen.ok && chosen.value.phone.isValid()
}

/** Emergency numbers and most short codes begin with 1. */
const isCode = (digits: string): boolean => /^1\d{2,4}$/u.test(digits)

/**
 * Whether the groups are one number or code behind the other, or a number and lines behind it. Each
 * stretch of groups is looked at once.
 */
const isRow = (groups: readonly string[], country: CountryCode | undefined): boolean => {
  const ends = new Set([0])
  for (const start of groups.keys()) {
    if (!ends.has(start)) continue
    for (let end = start + 1; end <= groups.length; end += 1) {
      const digits = groups.slice(start, end).join('')
      const isLine = start > 0 && end === groups.length && digits.length <= 2
      if (isLine || isCode(digits) || (digits.length > 4 && isNumber(digits, country)))
        ends.add(end)
    }
  }
  return ends.has(groups.length)
}

/**
 * Whether a cell holds several numbers with only a space or a hyphen between them (`191 199`), or a
 * row of lines (`02-123-4567-8`). A number that the plan knows is one, unless its last digit stands
 * alone.
 */
export const holdsSeveral = (
  { groups, hasRange }: Writing,
  phone: PhoneNumber,
  country: CountryCode | undefined,
): boolean => hasRange || (!phone.isValid() && groups.length > 1 && isRow(groups, country))
