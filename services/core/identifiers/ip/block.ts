import { ipv4Of, ipv6Of } from './address-bytes.ts'

/** A block of addresses in the notation of RFC 4632 §3.1, with the bytes and bits of its start. */
type Block = { readonly range: string; readonly start: readonly number[]; readonly bits: number }

/** A block from its text, as in `10.0.0.0/8`. */
export const blockOf = (range: string): Block => {
  const [text = '', bits] = range.split('/')
  return { range, start: (ipv4Of(text) ?? ipv6Of(text))?.bytes ?? [], bits: Number(bits) }
}

/** Whether an address begins with the bits of a block. */
export const contains = ({ start, bits }: Block, bytes: readonly number[]): boolean =>
  start.every((byte, at) => {
    const free = 8 - Math.min(8, Math.max(0, bits - at * 8))
    return byte >> free === bytes[at]! >> free
  })
