import { isSupportedCountry, type CountryCode, type PhoneNumber } from 'libphonenumber-js/max'
import { accept, refuse, type Checked, type Warning } from '../../refusal.ts'
import type { Identified, Identifier } from '../canonical.ts'
import { dropSpacesAndHyphens, foldDigits } from '../fold.ts'
import { optionalText, requiredText } from '../members.ts'
import { choosePhone, readingsOf } from './reading.ts'
import { senderName, shortCode } from './sender.ts'

const pointer = '/subject/number'
const extension = /^(\+?\d+)(?:;?ext(?:ension)?=?|x|#|ต่อ)(\d{1,8})$/iu

/**
 * Characters that people write inside a number and do not dial: spaces, dashes, dots, brackets. The
 * fullwidth plus counts as a plus.
 */
const compact = (written: string): string =>
  dropSpacesAndHyphens(foldDigits(written))
    .replace(/[()[\]（）［］.．]/gu, '')
    .replace(/^＋/u, '+')
    .replace(/^tel:/iu, '')

const phoneOf = (phone: PhoneNumber, warnings: Warning[]): Identified => ({
  canonical: {
    key: phone.number,
    ...(phone.country !== undefined && { country: phone.country }),
    ...(phone.getType() !== undefined && {
      type: phone.getType()?.toLowerCase().replaceAll('_', '-'),
    }),
  },
  // Numbering plans change faster than their metadata, so a number that the metadata does not know
  // is still evidence.
  warnings: phone.isValid() ? warnings : [...warnings, { code: 'phone/not-valid', pointer }],
})

const readDigits = (
  digits: string,
  country: CountryCode | undefined,
  warnings: Warning[],
): Checked<Identified> => {
  const readings = readingsOf(digits, country)
  if (readings.length === 0) return refuse('phone/no-country', pointer)
  const chosen = choosePhone(readings)
  if (!chosen.ok) return shortCode(digits, country) ?? chosen
  const { phone, rewritten } = chosen.value
  return accept(
    phoneOf(
      phone,
      rewritten === undefined
        ? warnings
        : [...warnings, { code: 'phone/prefix-rewritten', pointer, detail: rewritten }],
    ),
  )
}

const readNumber = (written: string, country: CountryCode | undefined): Checked<Identified> => {
  const digits = compact(written)
  if (/^\+?\d+$/u.test(digits)) return readDigits(digits, country, [])
  const parts = extension.exec(digits)
  if (parts?.[1] !== undefined)
    return readDigits(parts[1], country, [
      { code: 'phone/extension-dropped', pointer, detail: `extension ${parts[2]}` },
    ])
  return senderName(written, country)
}

/**
 * The pattern comes first: the library looks names up on a plain object, where it finds
 * `constructor`.
 */
const isCountry = (country: string): country is CountryCode =>
  /^[A-Z]{2}$/u.test(country) && isSupportedCountry(country)

/**
 * Reads `number` as written, with `defaultCountry` (ISO 3166 alpha-2) if it has no `+`. Keys: E.164
 * `+66812345678`; a short code `short:TH:1234`; an alphanumeric sender `sender:TH:KBANK`
 * (`shared`).
 */
export const phoneNumber: Identifier = (subject) => {
  const number = requiredText(subject, 'number')
  if (!number.ok) return number
  const country = optionalText(subject, 'defaultCountry')
  if (!country.ok) return country
  if (country.value !== undefined && !isCountry(country.value))
    return refuse('notice/bad-value', '/subject/defaultCountry', 'no such country code')
  return readNumber(number.value, country.value)
}
