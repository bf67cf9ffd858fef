import { isIPv6 } from 'node:net'

/**
 * Those who share an address, for bounds: an IPv4 address, also written as IPv6, or the first 64
 * bits of an IPv6 address, which one household or machine has to itself (RFC 6177).
 */
export const addressGroup = (address = ''): string => {
  const plain = address.replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain
  const [before, after] = plain
    .replace(/\d+\.[\d.]+$/, '0:0')
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':')))
  const groups =
    after === undefined
      ? before!
      : [...before!, ...Array<string>(8 - before!.length - after.length).fill('0'), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
