import { accept } from '../../refusal.ts'
import { dropInvisible } from '../fold.ts'
import { within } from './emv-qr.ts'
import { notThisProxy, phoneForm, type ProxyForm, type Scheme } from './proxy.ts'

/** A Bakong account id, `name@bank`, at most 32 characters. Case does not count. */
const alias: ProxyForm = {
  type: 'alias',
  read: (written) => {
    const value = dropInvisible(written).trim().toLowerCase()
    return value.length <= 32 && /^[a-z0-9._-]+@[a-z0-9]+$/u.test(value)
      ? accept({ value })
      : notThisProxy()
  },
}

/** KHQR: object 29 for a person, 30 for a merchant. */
export const bakong: Scheme = {
  forms: [phoneForm('KH', /^\+855\d{8,9}$/u), alias],
  fromQr: (objects) => {
    const proxy = within(objects, '29').get('00') ?? within(objects, '30').get('00')
    return proxy?.includes('@') ? { type: 'alias', proxy } : undefined
  },
}
