import { within } from './emv-qr.ts'
import { phoneForm, plainForm, type Scheme } from './proxy.ts'

const weights = [2, 7, 6, 5, 4, 3, 2]
const letters: Readonly<Record<string, string>> = {
  S: 'JZIHGFEDCBA',
  T: 'JZIHGFEDCBA',
  F: 'XWUTRQPNMLK',
  G: 'XWUTRQPNMLK',
}

/**
 * NRIC and FIN: a weighted sum of the digits gives the last letter; T and G add 4. The M series of
 * 2022 has no published rule.
 */
const isSoundNric = (id: string): boolean => {
  const series = id[0] ?? ''
  const table = letters[series]
  const sum = weights.reduce(
    (total, weight, at) => total + weight * Number(id[at + 1]),
    series === 'T' || series === 'G' ? 4 : 0,
  )
  return table === undefined || table[sum % 11] === id[8]
}

/**
 * Unique entity numbers of businesses, companies and others. In PayNow a suffix of three characters
 * names one of several accounts.
 */
const uen = /^(?:\d{8}[A-Z]|\d{9}[A-Z]|[ST]\d{2}[A-Z]{2}\d{4}[A-Z])(?:[A-Z0-9]{3})?$/u

const types = new Map([
  ['0', 'phone'],
  ['2', 'business'],
])

export const paynow: Scheme = {
  forms: [
    phoneForm('SG', /^\+65[3689]\d{7}$/u),
    plainForm('id', /^[STFGM]\d{7}[A-Z]$/u, isSoundNric),
    plainForm('business', uen),
  ],
  fromQr: (objects) => {
    const account = within(objects, '26')
    const [type, proxy] = [types.get(account.get('01') ?? ''), account.get('02')]
    return account.get('00') !== 'SG.PAYNOW' || type === undefined || proxy === undefined
      ? undefined
      : { type, proxy }
  },
}
