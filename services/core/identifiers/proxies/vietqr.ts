import { accept, refuse } from '../../refusal.ts'
import { bankAccount } from '../bank/bank-account.ts'
import { within } from './emv-qr.ts'
import { notThisProxy, type ProxyForm, type Scheme } from './proxy.ts'

/** A VietQR code names an account at a bank, so it is linked to the keys of that account. */
const account: ProxyForm = {
  type: 'account',
  read: (written, institution) => {
    if (institution === undefined)
      return refuse(
        'notice/missing-member',
        '/subject/institution',
        'six digits, the bank identification number',
      )
    const read = bankAccount({
      country: 'VN',
      account: written,
      institution: { scheme: 'vn-napas', id: institution },
    })
    if (!read.ok)
      return read.refusal.code === 'account/bad-institution'
        ? refuse('account/bad-institution', '/subject/institution', read.refusal.detail)
        : notThisProxy()
    const { key, links = [] } = read.value.canonical
    return accept({
      value: key.split('|').slice(2).join('|'),
      links: [{ kind: 'bank-account', key }, ...links],
    })
  },
}

export const vietqr: Scheme = {
  forms: [account],
  fromQr: (objects) => {
    const napas = within(objects, '38')
    const beneficiary = within(napas, '01')
    const [institution, proxy] = [beneficiary.get('00'), beneficiary.get('01')]
    return napas.get('00') !== 'A000000727' || institution === undefined || proxy === undefined
      ? undefined
      : { type: 'account', proxy, institution }
  },
}
