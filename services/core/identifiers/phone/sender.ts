import type { CountryCode } from 'libphonenumber-js/max'
import { accept, refuse, type Checked } from '../../refusal.ts'
import type { Identified } from '../canonical.ts'
import { dropInvisible } from '../fold.ts'

const pointer = '/subject/number'

/**
 * Short codes are assigned per country, have three to six digits, and cannot be dialled from
 * abroad: they have no `+` and no trunk 0.
 */
export const shortCode = (
  digits: string,
  country: CountryCode | undefined,
): Checked<Identified> | undefined =>
  country !== undefined && /^[1-9]\d{2,5}$/u.test(digits)
    ? accept({
        canonical: { key: `short:${country}:${digits}`, country, type: 'short-code' },
        warnings: [],
      })
    : undefined

/**
 * 3GPP TS 23.040 §9.1.2.5: an alphanumeric originating address has at most 11 seven-bit characters.
 * A letter distinguishes it from a number.
 */
const sender = /^(?=[^A-Za-z]*[A-Za-z])[\x20-\x7e]{1,11}$/u

/**
 * Anyone can send under any name, so a sender never counts as one person's. Names are registered
 * per country, whatever their case.
 */
export const senderName = (
  written: string,
  country: CountryCode | undefined,
): Checked<Identified> => {
  const name = dropInvisible(written).replace(/\s+/gu, ' ').trim()
  if (!sender.test(name))
    return refuse(
      'phone/impossible',
      pointer,
      'one number per notice; a sender name has at most 11 Latin characters',
    )
  if (country === undefined)
    return refuse(
      'phone/no-country',
      pointer,
      'a sender name needs the country where it was shown: add defaultCountry',
    )
  return accept({
    canonical: {
      key: `sender:${country}:${name.toUpperCase()}`,
      country,
      type: 'sender',
      shared: true,
    },
    warnings: [{ code: 'phone/sender-not-personal', pointer }],
  })
}
