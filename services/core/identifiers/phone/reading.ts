import {
  Metadata,
  parsePhoneNumberFromString,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/max'
import { accept, refuse, type Checked } from '../../refusal.ts'
import { hasOldLength, withoutOldPrefix } from './old-plans.ts'

const pointer = '/subject/number'

/** One way to read the digits. `rewritten` is the dial-out prefix that was read as `+`. */
export type Reading = {
  readonly text: string
  readonly country?: CountryCode
  readonly rewritten?: string
}
/** `dropped` is a prefix of an earlier plan that is no part of the number any more. */
export type ReadPhone = {
  readonly phone: PhoneNumber
  readonly rewritten?: string
  readonly dropped?: string
}

/**
 * The library has this member (google/libphonenumber's `internationalPrefix`, a pattern) and leaves
 * it out of its types.
 */
type Plan = {
  readonly selectNumberingPlan: (country: CountryCode) => void
  readonly IDDPrefix: () => string
}

const dialOutPrefix = (country: CountryCode): string => {
  const plan = new Metadata() as unknown as Plan
  plan.selectNumberingPlan(country)
  return plan.IDDPrefix()
}

const dialOutReading = (digits: string, country: CountryCode): Reading | undefined => {
  const prefix = new RegExp(`^(?:${dialOutPrefix(country)})`, 'u').exec(digits)?.[0]
  return prefix === undefined
    ? undefined
    : {
        text: `+${digits.slice(prefix.length)}`,
        rewritten: `${prefix}, the dial-out prefix of ${country}, was read as +`,
      }
}

/**
 * The readings of a number. `+` is unambiguous. A leading `00` is read as the ITU's `+`, and also
 * as the default country's own dial-out prefix if that differs: in Thailand (`00[1-9]`)
 * `0066812345678` would otherwise silently become Wallis and Futuna's `+6812345678`. A prefix that
 * does not begin with 0 (Russia's 810) may also begin a national number.
 */
export const readingsOf = (digits: string, country: CountryCode | undefined): Reading[] => {
  if (digits.startsWith('+')) return [{ text: digits }]
  const readings: Reading[] = digits.startsWith('00')
    ? [{ text: `+${digits.slice(2)}`, rewritten: '00 was read as +' }]
    : []
  if (country === undefined) return readings
  const own = dialOutReading(digits, country)
  if (own !== undefined && own.text !== readings[0]?.text) readings.push(own)
  return readings.length === 0 || !digits.startsWith('0')
    ? [...readings, { text: digits, country }]
    : readings
}

/** E.164 allows 15 digits; some plans in the metadata list longer, internal ones. */
const isPossible = (phone: PhoneNumber): boolean =>
  (phone.isPossible() || hasOldLength(phone)) && phone.number.length <= 16

/**
 * The library drops one trunk prefix behind the country code. If there are several (+43 00…), it
 * drops another one each time the key is read.
 */
const settle = (phone: PhoneNumber, turns = 15): PhoneNumber => {
  const again =
    phone.isValid() || turns === 0
      ? undefined
      : parsePhoneNumberFromString(phone.number, { extract: false })
  return again === undefined || again.number === phone.number ? phone : settle(again, turns - 1)
}

const parse = ({ text, country, rewritten }: Reading): ReadPhone[] => {
  const shortened = withoutOldPrefix(text, country)
  const parsed = parsePhoneNumberFromString(shortened?.text ?? text, {
    extract: false,
    ...(country !== undefined && { defaultCountry: country }),
  })
  const phone = parsed === undefined ? undefined : settle(parsed)
  if (phone === undefined || !isPossible(phone)) return []
  const dropped = shortened === undefined ? {} : { dropped: shortened.dropped }
  return [{ phone, ...(rewritten !== undefined && { rewritten }), ...dropped }]
}

const isAnother = ({ phone }: ReadPhone, at: number, all: readonly ReadPhone[]): boolean =>
  all.findIndex((other) => other.phone.number === phone.number) === at

/**
 * The only possible reading, or the only valid one among several. If several are valid, none is
 * chosen.
 */
export const choosePhone = (readings: readonly Reading[]): Checked<ReadPhone> => {
  const possible = readings.flatMap(parse).filter(isAnother)
  const candidates =
    possible.length > 1 ? possible.filter(({ phone }) => phone.isValid()) : possible
  const [first, second] = candidates
  if (first !== undefined && second === undefined) return accept(first)
  if (possible.length === 0) return refuse('phone/impossible', pointer)
  return refuse(
    'phone/ambiguous-prefix',
    pointer,
    `could be ${possible.map(({ phone }) => phone.number).join(' or ')}`,
  )
}
