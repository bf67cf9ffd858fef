import { accept, refuse, type Checked, type Warning } from '../../refusal.ts'
import type { Link } from '../canonical.ts'
import { dropSpacesAndHyphens, foldDigits } from '../fold.ts'
import { phoneNumber } from '../phone/phone-number.ts'
import type { QrObjects } from './emv-qr.ts'

export const proxyPointer = '/subject/proxy'

/** A proxy of an account: its value in one form, and the subjects that it is linked to. */
export type ReadProxy = {
  readonly value: string
  readonly links?: readonly Link[]
  readonly warnings?: readonly Warning[]
}

/**
 * One type of proxy within a scheme. `read` refuses with `proxy/bad-checksum` a value that has the
 * form and fails a check digit, and with `proxy/bad-form` any other.
 */
export type ProxyForm = {
  readonly type: string
  readonly read: (written: string, institution: string | undefined) => Checked<ReadProxy>
}

/** Reads a QR code of the scheme, as if its content had been written out. */
export type FromQr = {
  readonly type: string
  readonly proxy: string
  readonly institution?: string
}

export type Scheme = {
  readonly forms: readonly ProxyForm[]
  readonly fromQr: (objects: QrObjects) => FromQr | undefined
}

export const notThisProxy = (detail?: string): Checked<never> =>
  refuse('proxy/bad-form', proxyPointer, detail)

/** Capital letters and digits, without spaces and hyphens, in any script's digits. */
const plain = (written: string): string => dropSpacesAndHyphens(foldDigits(written)).toUpperCase()

/** A type whose value is its own canonical form. `isSound` checks the check digit. */
export const plainForm = (
  type: string,
  form: RegExp,
  isSound: (value: string) => boolean = () => true,
): ProxyForm => ({
  type,
  read: (written) => {
    const value = plain(written)
    if (!form.test(value)) return notThisProxy()
    return isSound(value) ? accept({ value }) : refuse('proxy/bad-checksum', proxyPointer, type)
  },
})

/**
 * A telephone number as proxy. It is linked to the key of the number, so that notices on either
 * find each other.
 */
export const phoneForm = (country: string, form: RegExp): ProxyForm => ({
  type: 'phone',
  read: (written) => {
    const phone = phoneNumber({ number: written, defaultCountry: country })
    if (!phone.ok || !form.test(phone.value.canonical.key)) return notThisProxy()
    const { key } = phone.value.canonical
    return accept({
      value: key,
      links: [{ kind: 'phone-number', key }],
      warnings: phone.value.warnings.map((warning) => ({ ...warning, pointer: proxyPointer })),
    })
  },
})
