import * as fc from 'fast-check'
import examples from 'libphonenumber-js/mobile/examples'
import { getCountries, getExampleNumber } from 'libphonenumber-js/max'
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

const phone = (number: string, defaultCountry?: string) =>
  keyOf('phone-number', { number, ...(defaultCountry !== undefined && { defaultCountry }) })

/** A last digit behind a hyphen is another line. */
const oneLine = (writing: string): string =>
  writing.replace(/[-\u2011](?=\P{Nd}*\p{Nd}\P{Nd}*$)/u, ' ')

await t.test(
  "phone: international, national, unusual digits and separators of every country's mobile " +
    'number give its E.164 key',
  async () => {
    const numbers = getCountries().flatMap((country) => getExampleNumber(country, examples) ?? [])
    fc.assert(
      fc.property(
        fc.constantFrom(...numbers),
        fc.constantFrom(...zeros),
        noiseArbitrary,
        (number, zero, between) => {
          const expected = number.number
          const writings = [
            phone(number.formatInternational()),
            phone(inDigitsOf(zero, number.formatNational()), number.country),
            phone(`+${oneLine(withNoise(inDigitsOf(zero, expected.slice(1)), between))}`),
            phone(`00${expected.slice(1)}`),
            phone(number.getURI()),
          ]
          return writings.every((key) => key === expected)
        },
      ),
      { numRuns },
    )
  },
)

await t.test('phone: a key is its own writing, and two Thai numbers never share one', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), (digits) => {
      const key = phone(`+${digits}`)
      return key.startsWith('refused') || phone(key) === key
    }),
    { numRuns },
  )
  const trunks = fc.tuple(
    fc.constantFrom('43', '82', '92', '66', '44', '7', '84', '36'),
    fc.stringMatching(/^[08]{1,4}[0-9]{4,10}$/u),
  )
  fc.assert(
    fc.property(trunks, ([code, rest]) => {
      const key = phone(`+${code}${rest}`)
      return key.startsWith('refused') || phone(key) === key
    }),
    { numRuns },
  )
  const local = fc.integer({ min: 20_000_000, max: 999_999_999 }).map(String)
  fc.assert(
    fc.property(
      local,
      local,
      (one, other) =>
        one === other ||
        phone(one, 'TH').startsWith('refused') ||
        phone(one, 'TH') !== phone(other, 'TH'),
    ),
    { numRuns },
  )
})

await t.test('phone: with a default country, no leading 00 is read in silence', async () => {
  fc.assert(
    fc.property(
      fc.constantFrom('TH', 'KH', 'VN', 'SG', 'ID', 'KR', 'HK', 'MM', 'LA'),
      fc.integer({ min: 1_000_000, max: 999_999_999_999 }),
      (country, rest) => {
        const result = canonicalise('phone-number', {
          number: `00${rest}`,
          defaultCountry: country,
        })
        return (
          !result.ok || result.value.warnings.some(({ code }) => code === 'phone/prefix-rewritten')
        )
      },
    ),
    { numRuns },
  )
})
