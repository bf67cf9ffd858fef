import { BlockList, SocketAddress } from 'node:net'
import * as fc from 'fast-check'
import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import {
  numRuns,
  keyOf,
  zeros,
  inDigitsOf,
  withNoise,
  noiseArbitrary,
} from './identifiers-properties-fixtures.ts'

const ip = (address: string) => keyOf('ip-address', { address })

const byte = fc.integer({ min: 0, max: 255 })
const ipv4 = fc.tuple(byte, byte, byte, byte)

await t.test(
  'ip: disarmed, mapped and translated writings of an IPv4 address have its key',
  async () => {
    fc.assert(
      fc.property(ipv4, fc.constantFrom(...zeros), ([a, b, c, d], zero) => {
        const text = [a, b, c, d].join('.')
        const key = ip(text)
        const hex = [(a << 8) | b, (c << 8) | d].map((group) => group.toString(16)).join(':')
        return (
          (key === text || key === 'refused: ip/not-public') &&
          [
            text.replaceAll('.', '[.]'),
            text.replaceAll('.', '(dot)'),
            inDigitsOf(zero, text),
            `::ffff:${text}`,
            `0:0:0:0:0:FFFF:${hex}`,
            `64:ff9b::${hex}`.replaceAll(':', '[:]'),
          ].every((writing) => ip(writing) === key)
        )
      }),
      { numRuns },
    )
  },
)

/** Groups with many zeros, so that there are runs for `::`. */
const groups = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 7,
    maxLength: 7,
  })
  .chain((rest) => fc.tuple(fc.integer({ min: 0x2003, max: 0x3ffe }), fc.constant(rest)))
  .map(([first, rest]) => [first, ...rest])

/** The groups with one run of zeros as `::`, or all of them if there is no zero at `at`. */
const shortened = (all: readonly number[], at: number): string => {
  const text = all.map((group) => group.toString(16))
  if (all[at] !== 0) return text.join(':')
  const next = all.findIndex((group, i) => i > at && group !== 0)
  return `${text.slice(0, at).join(':')}::${next < 0 ? '' : text.slice(next).join(':')}`
}

await t.test(
  'ip: every writing of an IPv6 address has the text of inet_ntop as its key',
  async () => {
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 7 }), (all, at) => {
        const long = all.map((group) => group.toString(16).padStart(4, '0')).join(':')
        const key = new SocketAddress({ address: long, family: 'ipv6' }).address
        const [g = 0, h = 0] = all.slice(6)
        const tail = [g >> 8, g & 255, h >> 8, h & 255].join('.')
        return [
          key,
          long,
          long.toUpperCase(),
          shortened(all, at),
          `[${shortened(all, at)}]`,
          `${long.split(':').slice(0, 6).join(':')}:${tail}`,
          `${long}/128`,
        ].every((writing) => ip(writing) === key)
      }),
      { numRuns },
    )
  },
)

await t.test(
  'ip: what is refused as not public lies in the range that the detail names',
  async () => {
    const any = fc.oneof(
      ipv4.map((bytes) => bytes.join('.')),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
        .map((all) => new SocketAddress({ address: shortened(all, 0), family: 'ipv6' }).address),
    )
    fc.assert(
      fc.property(any, (address) => {
        const result = canonicalise('ip-address', { address })
        if (result.ok) return true
        const { code, detail = '' } = result.refusal
        const [, start = '', bits] = /^in ([0-9a-f.:]+)\/(\d+): /u.exec(detail) ?? []
        const family = address.includes(':') ? 'ipv6' : 'ipv4'
        const range = new BlockList()
        range.addSubnet(start, Number(bits), family)
        return code === 'ip/not-public' && range.check(address, family)
      }),
      { numRuns },
    )
  },
)

/** The check digit by its definition: the one of ten that makes the sum a multiple of ten. */
const checkDigit = (digits: string): string => {
  const sum = Array.from(digits, Number).reduce((total, digit, at) => {
    const isDoubled = (digits.length - at) % 2 === 1
    return total + (isDoubled ? Math.floor((2 * digit) / 10) + ((2 * digit) % 10) : digit)
  }, 0)
  return String((10 - (sum % 10)) % 10)
}

const serial = fc.stringMatching(/^(?:[1-9]\d|0[1-9])\d{12}$/u).filter((s) => !/^(\d)\1*$/u.test(s))
const device = (number: 'imei' | 'imsi' | 'iccid', text: string) =>
  keyOf('device', { [number]: text })

await t.test('device: all writings of an IMEI have its fourteen digits as their key', async () => {
  fc.assert(
    fc.property(serial, fc.constantFrom(...zeros), noiseArbitrary, (digits, zero, between) =>
      [
        digits,
        digits + checkDigit(digits),
        `${digits}0`,
        `${digits}07`,
        withNoise(inDigitsOf(zero, digits + checkDigit(digits)), between),
        `${digits.slice(0, 8)}/${digits.slice(8)}/${checkDigit(digits)}`,
      ].every((writing) => device('imei', writing) === `imei:${digits}`),
    ),
    { numRuns },
  )
})

await t.test(
  'device: one wrong digit of an IMEI or ICCID with its check digit is refused',
  async () => {
    const place = fc.nat(19)
    const more = fc.integer({ min: 1, max: 9 })
    const changed = (digits: string, at: number, by: number): string =>
      digits.slice(0, at) + String((Number(digits[at]) + by) % 10) + digits.slice(at + 1)
    fc.assert(
      fc.property(serial, place, more, (digits, at, by) => {
        const whole = digits + checkDigit(digits)
        const wrong = changed(whole, at % 15, by)
        return wrong.endsWith('0') || device('imei', wrong).startsWith('refused')
      }),
      { numRuns },
    )
    fc.assert(
      fc.property(fc.stringMatching(/^89[1-9]\d{15,16}$/u), place, more, (digits, at, by) => {
        const whole = digits + checkDigit(digits)
        const wrong = changed(whole, at % whole.length, by)
        return (
          device('iccid', whole) === `iccid:${whole}` &&
          device('iccid', `${whole}F`) === `iccid:${whole}` &&
          device('iccid', wrong).startsWith('refused')
        )
      }),
      { numRuns },
    )
  },
)
