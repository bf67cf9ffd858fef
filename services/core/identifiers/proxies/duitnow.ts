import { phoneForm, plainForm, type Scheme } from './proxy.ts'

/** NRIC: six digits of a birth date, two of a place, four more; no check digit. */
const nric = /^\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{6}$/u

/**
 * Business registration: since 2019 year, type and number in twelve digits; before that, digits and
 * a check letter.
 */
const business = /^(?:(?:19|20)\d{2}0[1-6]\d{6}|[A-Z]{0,2}\d{5,9}[A-Z])$/u

/** The id in a DuitNow QR code is the acquirer's own and no proxy, so codes are not read. */
export const duitnow: Scheme = {
  forms: [
    phoneForm('MY', /^\+60\d{8,10}$/u),
    plainForm('id', nric),
    plainForm('business', business),
  ],
  fromQr: () => undefined,
}
