import type { CountryCode } from 'libphonenumber-js/max'
import { accept, refuse, type Checked } from '../../refusal.ts'
import type { Identified } from '../canonical.ts'
import { dropInvisible } from '../fold.ts'
import { septetsOf } from './gsm-alphabet.ts'
import type { Writing } from './writing.ts'

const pointer = '/subject/number'

/**
 * Short codes are assigned per country, have three to six digits, and cannot be dialled from
 * abroad: they have no `+` and no trunk 0. They are written in one group: `191 199` are two.
 */
export const shortCode = (
  { digits, groups }: Writing,
  country: CountryCode | undefined,
): Checked<Identified> | undefined => {
  if (country === undefined || !/^[1-9]\d{2,5}$/u.test(digits)) return undefined
  return groups.length === 1
    ? accept({
        canonical: { key: `short:${country}:${digits}`, country, type: 'short-code' },
        warnings: [],
      })
    : refuse('phone/impossible', pointer, 'one number per notice; a short code has no spaces')
}

/** 3GPP TS 23.040 §9.1.2.5: an alphanumeric originating address has at most 11 septets. */
const longest = 11

/** A letter distinguishes a name from a number. */
const isName = (name: string): boolean =>
  /\p{L}/u.test(name) && (septetsOf(name) ?? longest + 1) <= longest

/** Digits with a stray letter or two, and a number with a word before it, are no name. */
const isDamaged = (name: string): boolean => {
  const digits = name.replace(/\D/gu, '').length
  const letters = name.replace(/[^\p{L}]/gu, '').length
  return (
    digits >= 6 ||
    (digits >= 3 && letters <= 2) ||
    (digits >= 3 && /^(?:tel|phone|ph|mob|mobile|cell|call|fax|no|num|hp|sdt|or)\b/iu.test(name)) ||
    /^\d+\s*e\s*\d+$/iu.test(name)
  )
}

/** The case of a name does not count. A letter whose capital is two letters (ß) stays. */
const inCapitals = (name: string): string =>
  Array.from(name, (letter) => {
    const capital = letter.toUpperCase()
    return capital.length === letter.length ? capital : letter
  }).join('')

/**
 * Reads what is no number as the name of a sender, in the alphabet of GSM. Anyone can send under
 * any name, so a sender never counts as one person's. Names are registered per country, whatever
 * their case.
 */
export const senderName = (
  written: string,
  country: CountryCode | undefined,
): Checked<Identified> => {
  const name = dropInvisible(written).normalize('NFC').replace(/\s+/gu, ' ').trim()
  if (!isName(name))
    return refuse(
      'phone/impossible',
      pointer,
      'one number per notice; a sender name has at most 11 Latin characters',
    )
  if (isDamaged(name))
    return refuse(
      'phone/impossible',
      pointer,
      'looks like a damaged number: write digits and +, nothing else',
    )
  if (country === undefined)
    return refuse(
      'phone/no-country',
      pointer,
      'a sender name needs the country where it was shown: add defaultCountry',
    )
  return accept({
    canonical: {
      key: `sender:${country}:${inCapitals(name)}`,
      country,
      type: 'sender',
      shared: true,
    },
    warnings: [{ code: 'phone/sender-not-personal', pointer }],
  })
}
