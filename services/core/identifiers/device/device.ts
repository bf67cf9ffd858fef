import { accept, refuse, type Checked } from '../../refusal.ts'
import type { Identified, Identifier, Subject } from '../canonical.ts'
import { soundCell } from '../cell.ts'
import { dropSpacesAndHyphens, foldDigits } from '../fold.ts'
import { optionalText } from '../members.ts'
import { readImei } from './imei.ts'
import type { NumberReader } from './number.ts'
import { readIccid, readImsi } from './sim.ts'

type NumberKind = 'imei' | 'imsi' | 'iccid'

const readers: Readonly<Record<NumberKind, NumberReader>> = {
  imei: readImei,
  imsi: readImsi,
  iccid: readIccid,
}

type Written = { readonly kind: NumberKind; readonly text: string }

const readMembers = (subject: Subject): Checked<Written[]> => {
  const found: Written[] = []
  for (const kind of Object.keys(readers) as NumberKind[]) {
    const written = optionalText(subject, kind)
    if (!written.ok) return written
    if (written.value !== undefined) found.push({ kind, text: written.value })
  }
  return accept(found)
}

/**
 * The digits of a number: separators go, and so does the F that fills the last half byte of an
 * ICCID on its card (ETSI TS 102 221 §13.2).
 */
const digitsOf = ({ kind, text }: Written): string => {
  const plain = dropSpacesAndHyphens(foldDigits(text)).replace(/[./]/gu, '')
  return kind === 'iccid' ? plain.replace(/(\d)F{1,2}$/iu, '$1') : plain
}

const identify = (written: Written): Checked<Identified> => {
  const { kind } = written
  const pointer = `/subject/${kind}`
  const cell = soundCell(written.text, pointer, 'number')
  if (!cell.ok) return cell
  const digits = digitsOf(written)
  if (!/^\d+$/u.test(digits)) return refuse('device/not-digits', pointer)
  const read = readers[kind](digits, pointer)
  if (!read.ok) return read
  const { digits: key, attributes, isUnchecked } = read.value
  return accept({
    canonical: { key: `${kind}:${key}`, type: kind, ...attributes },
    warnings: isUnchecked === true ? [{ code: 'device/unchecked', pointer }] : [],
  })
}

/**
 * Reads exactly one of `imei` (the handset, 3GPP TS 23.003), `imsi` (the subscriber, ITU-T E.212)
 * and `iccid` (the SIM card, ITU-T E.118). Keys: `imei:35209900176148`, `imsi:520991234567890`,
 * `iccid:8966…`. Refuses with `device/several-numbers`, since each number is another thing,
 * `device/not-digits`, `device/bad-length`, `device/bad-checksum`, `device/bad-country-code`,
 * `device/bad-issuer` and `device/test-number`.
 */
export const device: Identifier = (subject) => {
  const members = readMembers(subject)
  if (!members.ok) return members
  const [first, second] = members.value
  if (first === undefined) return refuse('notice/missing-member', '/subject', 'imei, imsi or iccid')
  return second === undefined
    ? identify(first)
    : refuse('device/several-numbers', `/subject/${second.kind}`)
}
