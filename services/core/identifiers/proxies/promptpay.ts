import { within } from './emv-qr.ts'
import { phoneForm, plainForm, type Scheme } from './proxy.ts'

/** Thai citizen ids and tax ids share one numbering and one check digit (mod 11). */
const isThaiId = (id: string): boolean => {
  const sum = Array.from(id.slice(0, 12)).reduce(
    (total, digit, at) => total + Number(digit) * (13 - at),
    0,
  )
  return (11 - (sum % 11)) % 10 === Number(id[12])
}

const types = new Map([
  ['01', 'phone'],
  ['02', 'id'],
  ['03', 'ewallet'],
])

/**
 * PromptPay writes phones in QR codes as 0066812345678. No id begins with 00: the digits after a
 * company's 0 are its province.
 */
export const promptpay: Scheme = {
  forms: [
    phoneForm('TH', /^\+66[2-9]\d{7,8}$/u),
    plainForm('id', /^(?!00)\d{13}$/u, isThaiId),
    plainForm('ewallet', /^\d{15}$/u),
  ],
  fromQr: (objects) => {
    const account = within(objects, '29')
    const [id, proxy] = [...account].find(([name]) => types.has(name)) ?? []
    const type = types.get(id ?? '')
    return account.get('00') !== 'A000000677010111' || proxy === undefined || type === undefined
      ? undefined
      : { type, proxy: type === 'phone' ? proxy.replace(/^00/u, '+') : proxy }
  },
}
