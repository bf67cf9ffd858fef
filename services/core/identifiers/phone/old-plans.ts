import type { PhoneNumber } from 'libphonenumber-js/max'
import data from '../data/old-plans.json' with { type: 'json' }

const lengths: Readonly<Record<string, readonly number[]>> = data.lengths

/**
 * Whether a number that has no room in the plan of today has the length of an earlier plan of its
 * country. A notice on it is evidence all the same.
 */
export const hasOldLength = ({ countryCallingCode, nationalNumber }: PhoneNumber): boolean =>
  Object.hasOwn(lengths, countryCallingCode) &&
  lengths[countryCallingCode]?.includes(nationalNumber.length) === true

const forms = data.prefixes.map(({ country, code, abroad, local, rest, until }) => ({
  country,
  code,
  until,
  withCode: new RegExp(`^\\+?${code}(${abroad})(${rest})$`, 'u'),
  withoutCode: new RegExp(`^(${local})(${rest})$`, 'u'),
}))

/** A number without a prefix of an earlier plan, and the prefix with its country. */
type Shortened = { readonly text: string; readonly dropped: string }

/**
 * The number behind a prefix that was dialled to mobiles and is dialled no more (Mexico's 1, 044
 * and 045): it is the same number without. undefined if the text has no such prefix.
 */
export const withoutOldPrefix = (
  text: string,
  defaultCountry: string | undefined,
): Shortened | undefined => {
  for (const { country, code, until, withCode, withoutCode } of forms) {
    const isOwn = defaultCountry === country
    const found =
      (text.startsWith('+') || isOwn ? withCode.exec(text) : null) ??
      (isOwn ? withoutCode.exec(text) : null)
    if (found !== null)
      return {
        text: `+${code}${found[2]}`,
        dropped: `${found[1]} is no part of numbers of ${country} since ${until}`,
      }
  }
  return undefined
}
