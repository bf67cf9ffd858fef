import { ipv4Text, type Address } from './address-bytes.ts'
import { blockOf, contains } from './block.ts'

const teredo = blockOf('2001::/32')
const sixToFour = blockOf('2002::/16')
const mapped = blockOf('::ffff:0:0/96')
const translated = blockOf('64:ff9b::/96')

/**
 * The IPv4 address that an IPv6 address writes in another way: IPv4-mapped (RFC 4291 §2.5.5.2), or
 * with the prefix that every translator knows (RFC 6052 §2.1). Packets to it reach that host.
 */
export const sameIpv4 = ({ bytes }: Address): Address | undefined =>
  bytes.length === 16 && (contains(mapped, bytes) || contains(translated, bytes))
    ? ipv4Text(bytes.slice(12))
    : undefined

/** The holder's IPv4 address inside an address of 6to4 (RFC 3056 §2) or Teredo (RFC 4380 §4). */
export const tunnelIpv4 = ({ bytes }: Address): Address | undefined => {
  if (bytes.length !== 16) return undefined
  if (contains(sixToFour, bytes)) return ipv4Text(bytes.slice(2, 6))
  return contains(teredo, bytes) ? ipv4Text(bytes.slice(12).map((byte) => byte ^ 0xff)) : undefined
}
