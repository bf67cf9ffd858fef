/** An address: its 4 or 16 bytes, and its text (four decimal numbers, or RFC 5952 for IPv6). */
export type Address = { readonly bytes: readonly number[]; readonly text: string }

/** Four decimal numbers from 0 to 255, none with a leading zero (RFC 6943 §3.1.1). */
const strictIpv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/u

export const ipv4Of = (text: string): Address | undefined =>
  strictIpv4.test(text) ? { bytes: text.split('.').map(Number), text } : undefined

export const ipv4Text = (bytes: readonly number[]): Address => ({ bytes, text: bytes.join('.') })

const groupBytes = (group: string): number[] => {
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 0xff]
}

/**
 * The 16 bytes of a text in the form of RFC 5952 without an IPv4 part. One run of zeros at most is
 * `::`.
 */
const ipv6Bytes = (text: string): number[] => {
  const [before = [], after = []] = text
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').flatMap(groupBytes)))
  return [...before, ...Array<number>(16 - before.length - after.length).fill(0), ...after]
}

/**
 * Reads the text forms of RFC 4291 §2.2: eight groups, `::`, and an IPv4 address at the end. The
 * parser and serialiser of WHATWG URL give RFC 5952's text, with the IPv4 part in hexadecimal.
 */
export const ipv6Of = (written: string): Address | undefined => {
  if (!/^[0-9a-f:.]{2,45}$/iu.test(written) || !written.includes(':')) return undefined
  const text = URL.parse(`http://[${written}]`)?.hostname.slice(1, -1)
  return text === undefined ? undefined : { bytes: ipv6Bytes(text), text }
}
