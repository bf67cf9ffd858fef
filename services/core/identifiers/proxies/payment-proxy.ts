import { accept, refuse, type Checked } from '../../refusal.ts'
import type { Identified, Identifier, Subject } from '../canonical.ts'
import { soundCell } from '../cell.ts'
import { dropInvisible, foldDigits } from '../fold.ts'
import { optionalText, requiredText } from '../members.ts'
import { bakong } from './bakong.ts'
import { duitnow } from './duitnow.ts'
import { isQr, readQr } from './emv-qr.ts'
import { paynow } from './paynow.ts'
import { promptpay } from './promptpay.ts'
import { proxyPointer, type FromQr, type ReadProxy, type Scheme } from './proxy.ts'
import { vietqr } from './vietqr.ts'

const schemes: Readonly<Record<string, Scheme>> = { promptpay, paynow, duitnow, vietqr, bakong }

type Written = {
  readonly scheme: string
  readonly rules: Scheme
  readonly proxy: string
  readonly type?: string
  readonly institution?: string
}
type Found = { readonly type: string; readonly read: ReadProxy }

const optional = (
  subject: Subject,
  name: 'type' | 'institution',
): Checked<{ readonly [member in typeof name]?: string }> => {
  const value = optionalText(subject, name)
  return value.ok ? accept(value.value === undefined ? {} : { [name]: value.value }) : value
}

const readMembers = (subject: Subject): Checked<Written> => {
  const scheme = requiredText(subject, 'scheme')
  if (!scheme.ok) return scheme
  const rules = Object.hasOwn(schemes, scheme.value) ? schemes[scheme.value] : undefined
  if (rules === undefined)
    return refuse(
      'notice/bad-value',
      '/subject/scheme',
      `one of ${Object.keys(schemes).join(', ')}`,
    )
  const proxy = requiredText(subject, 'proxy')
  if (!proxy.ok) return proxy
  const cell = soundCell(proxy.value, proxyPointer, 'number')
  if (!cell.ok) return cell
  const type = optional(subject, 'type')
  if (!type.ok) return type
  const institution = optional(subject, 'institution')
  return institution.ok
    ? accept({
        scheme: scheme.value,
        rules,
        proxy: proxy.value,
        ...type.value,
        ...institution.value,
      })
    : institution
}

/** A QR code is a writing of its content. The members beside it must agree with it. */
const unpack = (written: Written): Checked<Written> => {
  const payload = foldDigits(dropInvisible(written.proxy)).trim()
  if (!isQr(payload)) return accept(written)
  const objects = readQr(payload)
  if (!objects.ok) return objects
  const said: FromQr | undefined = written.rules.fromQr(objects.value)
  if (said === undefined)
    return refuse('proxy/bad-qr', proxyPointer, `holds no ${written.scheme} proxy that can be read`)
  if (written.type !== undefined && written.type !== said.type)
    return refuse('notice/bad-value', '/subject/type', `the QR code says ${said.type}`)
  if (written.institution !== undefined && written.institution !== said.institution)
    return refuse(
      'notice/bad-value',
      '/subject/institution',
      `the QR code says ${said.institution ?? 'none'}`,
    )
  return accept({ ...written, ...said })
}

/** The only type that fits, or the type that the sender names. */
const find = ({ rules, proxy, type, institution }: Written): Checked<Found> => {
  const forms = rules.forms.filter((form) => type === undefined || form.type === type)
  if (forms.length === 0)
    return refuse(
      'notice/bad-value',
      '/subject/type',
      `one of ${rules.forms.map((form) => form.type).join(', ')}`,
    )
  const attempts = forms.map((form) => ({ type: form.type, result: form.read(proxy, institution) }))
  const found = attempts.flatMap(({ type: name, result }): Found[] =>
    result.ok ? [{ type: name, read: result.value }] : [],
  )
  const [first, second] = found
  if (second !== undefined)
    return refuse(
      'proxy/ambiguous-type',
      proxyPointer,
      `could be ${found.map((each) => each.type).join(', ')}`,
    )
  if (first !== undefined) return accept(first)
  const told = attempts.flatMap(({ result }) =>
    result.ok || result.refusal.code === 'proxy/bad-form' ? [] : [result.refusal],
  )
  return told[0] === undefined
    ? refuse('proxy/bad-form', proxyPointer, `none of ${forms.map((form) => form.type).join(', ')}`)
    : { ok: false, refusal: told[0] }
}

const identify = ({ scheme }: Written, { type, read }: Found): Identified => ({
  canonical: {
    key: `${scheme}|${type}|${read.value}`,
    ...(read.links !== undefined && { links: read.links }),
    scheme,
    type,
    value: read.value,
  },
  warnings: [...(read.warnings ?? [])],
})

/**
 * Reads `scheme`, `proxy` (as written, or the text of an EMV QR code), `type` where more than one
 * fits, and `institution` for VietQR. Keys: `promptpay|phone|+66812345678`, linked to the phone;
 * `vietqr|account|970436|0011001234567`, linked to the account.
 */
export const paymentProxy: Identifier = (subject) => {
  const members = readMembers(subject)
  if (!members.ok) return members
  const written = unpack(members.value)
  if (!written.ok) return written
  const found = find(written.value)
  return found.ok ? accept(identify(written.value, found.value)) : found
}
