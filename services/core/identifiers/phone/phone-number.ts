import { isSupportedCountry, type CountryCode, type PhoneNumber } from 'libphonenumber-js/max'
import { accept, refuse, type Checked, type Warning } from '../../refusal.ts'
import type { Identified, Identifier } from '../canonical.ts'
import { soundCell } from '../cell.ts'
import { optionalText, requiredText } from '../members.ts'
import { choosePhone, readingsOf, type ReadPhone } from './reading.ts'
import { senderName, shortCode } from './sender.ts'
import { holdsSeveral } from './several.ts'
import { readWriting, type Writing } from './writing.ts'

const pointer = '/subject/number'

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

const warningsOf = ({ rewritten, dropped }: ReadPhone, extension?: string): Warning[] => [
  ...(extension === undefined
    ? []
    : [{ code: 'phone/extension-dropped', pointer, detail: `extension ${extension}` } as const]),
  ...(rewritten === undefined
    ? []
    : [{ code: 'phone/prefix-rewritten', pointer, detail: rewritten } as const]),
  ...(dropped === undefined
    ? []
    : [{ code: 'phone/old-prefix-dropped', pointer, detail: dropped } as const]),
]

const several = refuse('phone/impossible', pointer, 'one number per notice')

/** Dots stand in numbers that the plan knows, or behind a + or a 0; a spreadsheet's do not. */
const isDoubtfulDot = ({ digits, hasDots }: Writing, chosen: Checked<ReadPhone>): boolean =>
  hasDots && !/^[+0]/u.test(digits) && !(chosen.ok && chosen.value.phone.isValid())

const isIpv4 = (written: string): boolean =>
  /^\s*(?:(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-5]|0)(?:\.(?!$)|\s*$)){4}$/u.test(written) &&
  /(?:^|\.)\d(?:\.|$)|\d{3}/u.test(written)

const readDigits = (writing: Writing, country: CountryCode | undefined): Checked<Identified> => {
  const { digits, extension } = writing
  const readings = readingsOf(digits, country)
  if (readings.length === 0) return refuse('phone/no-country', pointer)
  const chosen = choosePhone(readings)
  if (isDoubtfulDot(writing, chosen)) return refuse('cell/decimal', pointer)
  if (!chosen.ok) return shortCode(writing, country) ?? chosen
  const { phone } = chosen.value
  if (holdsSeveral(writing, phone, country)) return several
  return accept(phoneOf(phone, warningsOf(chosen.value, extension)))
}

/** Eight digits that the plan knows: a number that an extension may follow. */
const isWholeIn =
  (country: CountryCode | undefined) =>
  (digits: string): boolean => {
    const chosen = choosePhone(readingsOf(digits, country))
    return digits.length >= 8 && chosen.ok && chosen.value.phone.isValid()
  }

const readNumber = (written: string, country: CountryCode | undefined): Checked<Identified> => {
  const read = readWriting(written, isWholeIn(country))
  if (read.is === 'number')
    return isIpv4(written)
      ? refuse('phone/impossible', pointer, 'an IP address is of the kind ip-address')
      : readDigits(read.writing, country)
  return read.is === 'masked' ? refuse('cell/masked', pointer) : senderName(written, country)
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
  const cell = soundCell(number.value, pointer, 'number')
  return cell.ok ? readNumber(cell.value, country.value) : cell
}
