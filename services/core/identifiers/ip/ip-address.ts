import type { Code } from '../../catalogue/catalogue.ts'
import { accept, refuse, type Checked, type Warning } from '../../refusal.ts'
import type { Identified, Identifier } from '../canonical.ts'
import { soundCell } from '../cell.ts'
import { dropInvisible, foldDigits } from '../fold.ts'
import { requiredText } from '../members.ts'
import { rearmColons, rearmDots } from '../rearm.ts'
import { ipv4Of, ipv6Of, type Address } from './address-bytes.ts'
import { sameIpv4, tunnelIpv4 } from './embedded-ipv4.ts'
import { specialPurpose } from './special-purpose.ts'

const pointer = '/subject/address'

/** Brackets stand around an address in URLs (RFC 3986 §3.2.2) and mail (RFC 5321 §4.1.3). */
const addressOf = (written: string): Address | undefined => {
  const text = /^\[([^[\]]*)\]$/u.exec(written)?.[1] ?? written
  return ipv4Of(text) ?? ipv6Of(text)
}

/** RFC 4632 §3.1: a prefix with every bit of the address is the address itself. */
const wholePrefix = ({ bytes }: Address): string => (bytes.length === 4 ? '32' : '128')

/**
 * The forms of inet_aton: octal and hexadecimal numbers, and fewer than four. Programs read them as
 * different addresses (RFC 6943 §3.1.1).
 */
const looseIpv4 = /^(?:0x[0-9a-f]{1,8}|\d{1,11})(?:\.(?:0x[0-9a-f]{1,8}|\d{1,11})){0,3}$/iu
const plainIpv4 = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){3}$/u

/** `1.2.3.0/24`, `1.2.3.4-9`, `1.2.3.*`, `2001:db8::/32`. */
const isRange = (text: string): boolean => {
  const [, first = '', rest] = /^([^/*-]*)[/*-]([\da-f:.*\s]*)$/iu.exec(text) ?? []
  return (
    rest !== undefined && (/^\d+\.[\d.]*$/u.test(first) || addressOf(first.trim()) !== undefined)
  )
}

/** What a text is that is no address: a range, an address with more to it, or something else. */
const faultOf = (text: string): Code => {
  if (isRange(text)) return 'ip/range'
  const [zoned = '', zone] = text.split('%', 2)
  if (zone !== undefined && addressOf(zoned.replace(/^\[/u, '')) !== undefined) return 'ip/zone'
  const host = /^(\[.*\]|[\d.]*):\d{1,5}$/u.exec(text)?.[1]
  if (host !== undefined && addressOf(host) !== undefined) return 'ip/port'
  return looseIpv4.test(text) && !plainIpv4.test(text) ? 'ip/ambiguous' : 'ip/not-an-address'
}

const parse = (written: string): Checked<Address> => {
  const text = rearmColons(rearmDots(foldDigits(dropInvisible(written)))).trim()
  const [, host = text, bits] = /^(.*)\/(32|128)$/u.exec(text) ?? []
  const address = addressOf(host)
  return address !== undefined && (bits === undefined || bits === wholePrefix(address))
    ? accept(address)
    : refuse(faultOf(text), pointer)
}

/**
 * Addresses of 6to4 and Teredo are as public as the IPv4 address inside them: that one is looked
 * at, and linked.
 */
const identify = (address: Address, warnings: Warning[]): Checked<Identified> => {
  const inner = tunnelIpv4(address)
  const purpose = specialPurpose(inner ?? address)
  if (purpose !== undefined) return refuse('ip/not-public', pointer, purpose)
  return accept({
    canonical: {
      key: address.text,
      ...(inner !== undefined && { links: [{ kind: 'ip-address', key: inner.text }] }),
      family: address.bytes.length === 4 ? 'ipv4' : 'ipv6',
    },
    warnings,
  })
}

/**
 * Reads `address`, IPv4 (RFC 791) or IPv6 (RFC 4291), disarmed or not. The key is the text of RFC
 * 5952, `1.2.3.4` or `2e00:db8::1`. An IPv6 address that only writes an IPv4 one has the IPv4
 * key and a warning; the IPv4 address of a tunnel is a link. Refuses with `ip/not-an-address`,
 * `ip/ambiguous`, `ip/range`, `ip/zone`, `ip/port`, and with `ip/not-public` what the IANA
 * registries of special purpose (RFC 6890) keep from the public network.
 */
export const ipAddress: Identifier = (subject) => {
  const written = requiredText(subject, 'address')
  if (!written.ok) return written
  const cell = soundCell(written.value, pointer, 'name')
  if (!cell.ok) return cell
  const parsed = parse(written.value)
  if (!parsed.ok) return parsed
  const same = sameIpv4(parsed.value)
  return same === undefined
    ? identify(parsed.value, [])
    : identify(same, [{ code: 'ip/written-as-ipv6', pointer }])
}
