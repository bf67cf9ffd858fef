import type { Address } from './address-bytes.ts'
import { blockOf, contains } from './block.ts'

type Row = readonly [range: string, purpose: string]

/**
 * The IANA IPv4 Special-Purpose Address Registry (RFC 6890) and multicast, without what is one
 * service's own address all over the world (AS112, AMT).
 */
const ipv4Rows: readonly Row[] = [
  ['0.0.0.0/8', 'this network, RFC 791'],
  ['10.0.0.0/8', 'private, RFC 1918'],
  ['100.64.0.0/10', 'shared by the customers of a carrier, RFC 6598'],
  ['127.0.0.0/8', 'loopback, RFC 1122'],
  ['169.254.0.0/16', 'link-local, RFC 3927'],
  ['172.16.0.0/12', 'private, RFC 1918'],
  ['192.0.0.0/24', 'protocol assignments, RFC 6890'],
  ['192.0.2.0/24', 'documentation, RFC 5737'],
  ['192.88.99.0/24', 'relays of 6to4, RFC 7526'],
  ['192.168.0.0/16', 'private, RFC 1918'],
  ['198.18.0.0/15', 'benchmarks, RFC 2544'],
  ['198.51.100.0/24', 'documentation, RFC 5737'],
  ['203.0.113.0/24', 'documentation, RFC 5737'],
  ['224.0.0.0/4', 'multicast, RFC 5771'],
  ['240.0.0.0/4', 'reserved, RFC 1112'],
]

/**
 * The IANA IPv6 Special-Purpose Address Registry, multicast, and what is not global unicast. The
 * first row that fits is told.
 */
const ipv6Rows: readonly Row[] = [
  ['::/128', 'unspecified, RFC 4291'],
  ['::1/128', 'loopback, RFC 4291'],
  ['64:ff9b:1::/48', 'translation within a network, RFC 8215'],
  ['100::/64', 'discarded, RFC 6666'],
  ['2001:db8::/32', 'documentation, RFC 3849'],
  ['2001::/23', 'protocol assignments, RFC 2928'],
  ['3fff::/20', 'documentation, RFC 9637'],
  ['fc00::/7', 'private, RFC 4193'],
  ['fe80::/10', 'link-local, RFC 4291'],
  ['fec0::/10', 'site-local, RFC 3879'],
  ['ff00::/8', 'multicast, RFC 4291'],
  // Global unicast is 2000::/3; the rest of the space is not assigned (RFC 4291 §2.4).
  ['::/3', 'reserved, RFC 4291'],
  ['4000::/2', 'reserved, RFC 4291'],
  ['8000::/1', 'reserved, RFC 4291'],
]

const blocks = (rows: readonly Row[]) =>
  rows.map(([range, purpose]) => ({ ...blockOf(range), purpose }))

const ipv4Blocks = blocks(ipv4Rows)
const ipv6Blocks = blocks(ipv6Rows)

/** Why an address is no host's own on the public network: `in 10.0.0.0/8: private, RFC 1918`. */
export const specialPurpose = ({ bytes }: Address): string | undefined => {
  const block = (bytes.length === 4 ? ipv4Blocks : ipv6Blocks).find((b) => contains(b, bytes))
  return block === undefined ? undefined : `in ${block.range}: ${block.purpose}`
}
