import { utf8 } from '@scure/base'
import { refuse, accept, type Checked } from '../../refusal.ts'
import { crc16 } from '../crc16.ts'

/** The data objects of an EMV QR code, by their two-digit id. */
export type QrObjects = ReadonlyMap<string, string>

const bad = (detail: string): Checked<never> => refuse('proxy/bad-qr', '/subject/proxy', detail)

/**
 * Reads data objects of id, length and value: two characters, two, and as many as the length says
 * (EMV QRCPS Merchant-Presented Mode §3.2).
 */
const split = (text: string): QrObjects | undefined => {
  const objects = new Map<string, string>()
  for (let at = 0; at < text.length;) {
    const [, id, length] = /^(\d\d)(\d\d)/u.exec(text.slice(at, at + 4)) ?? []
    if (id === undefined || objects.has(id)) return undefined
    const value = text.slice(at + 4, at + 4 + Number(length))
    if (value.length !== Number(length)) return undefined
    objects.set(id, value)
    at += 4 + value.length
  }
  return objects
}

/** The objects inside an object; none if it holds something else. */
export const within = (objects: QrObjects, id: string): QrObjects =>
  split(objects.get(id) ?? '') ?? new Map()

export const isQr = (text: string): boolean => text.startsWith('000201')

/**
 * Reads a payload as a scanner gives it. The last object is a CRC of everything before its value
 * (§4.7.3).
 */
export const readQr = (text: string): Checked<QrObjects> => {
  const objects = split(text)
  if (objects === undefined) return bad('not the objects of an EMV QR code')
  const crc = crc16(utf8.decode(text.slice(0, -4)), 0xffff)
    .toString(16)
    .padStart(4, '0')
  return objects.get('63')?.toLowerCase() === crc && text.slice(-8, -4) === '6304'
    ? accept(objects)
    : bad('the CRC is wrong')
}
