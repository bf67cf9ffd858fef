import { accept, refuse } from '../../refusal.ts'
import { isLuhn } from './luhn.ts'
import { isOneDigit, refuseLength, type NumberReader } from './number.ts'

/**
 * The countries' codes of ITU-T E.212 begin with 2 to 7, one for each region of the world; 901 is
 * for networks of many countries.
 */
const countryCode = /^(?:[2-7]\d\d|901)/u

/**
 * ITU-T E.212: 001 is for tests, and each private network gives the numbers of 999 anew, so
 * one number stands for many subscribers.
 */
const sharedCode = /^(?:001|999)/u

/**
 * An IMSI of 14 or 15 digits (ITU-T E.212): three of the country's code, two or three of the
 * network's, then the subscriber. It has no check digit, which is so for all and no reason to warn.
 */
export const readImsi: NumberReader = (digits, pointer) => {
  if (digits.length < 14 || digits.length > 15) return refuseLength(pointer, '14 or 15')
  if (sharedCode.test(digits) || isOneDigit(digits)) return refuse('device/test-number', pointer)
  if (!countryCode.test(digits)) return refuse('device/bad-country-code', pointer)
  return accept({ digits, attributes: { countryCode: digits.slice(0, 3) } })
}

/**
 * An ICCID of 18 to 22 digits (ITU-T E.118): 89 for telecommunication, country, issuer, the card's
 * own number, and a check digit at the end of the usual 19 or 20 digits.
 */
export const readIccid: NumberReader = (digits, pointer) => {
  if (digits.length < 18 || digits.length > 22) return refuseLength(pointer, '18 to 22')
  if (!digits.startsWith('89')) return refuse('device/bad-issuer', pointer)
  if (/^890*$/u.test(digits)) return refuse('device/test-number', pointer)
  if (digits.length !== 19 && digits.length !== 20) return accept({ digits, isUnchecked: true })
  return isLuhn(digits) ? accept({ digits }) : refuse('device/bad-checksum', pointer)
}
