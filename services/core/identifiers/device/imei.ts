import { accept, refuse } from '../../refusal.ts'
import { isLuhn } from './luhn.ts'
import { isOneDigit, refuseLength, type NumberReader } from './number.ts'

/**
 * What stands behind the fourteen digits of an IMEI (3GPP TS 23.003 §6.2): nothing, one check digit
 * (Annex B), or in an IMEISV two digits of the software's version. Networks send a 0 in place of
 * the check digit, so records of calls have it.
 */
const checkOf = (digits: string): 'sound' | 'unchecked' | 'wrong' => {
  if (digits.length !== 15) return 'unchecked'
  if (isLuhn(digits)) return 'sound'
  return digits.endsWith('0') ? 'unchecked' : 'wrong'
}

/**
 * An IMEI of 14 or 15 digits or an IMEISV of 16. Its digits are the first fourteen: type allocation
 * code and serial number. Codes of test devices begin with 00 (GSMA TS.06).
 */
export const readImei: NumberReader = (digits, pointer) => {
  if (digits.length < 14 || digits.length > 16) return refuseLength(pointer, '14 to 16')
  const serial = digits.slice(0, 14)
  if (serial.startsWith('00') || isOneDigit(serial)) return refuse('device/test-number', pointer)
  const check = checkOf(digits)
  if (check === 'wrong') return refuse('device/bad-checksum', pointer)
  return accept({
    digits: serial,
    attributes: { typeAllocationCode: serial.slice(0, 8) },
    ...(check === 'unchecked' && { isUnchecked: true }),
  })
}
