import * as fc from 'fast-check'
import t from 'tap'
import {
  numRuns,
  keyOf,
  zeros,
  inDigitsOf,
  withNoise,
  noiseArbitrary,
} from './identifiers-properties-fixtures.ts'

const account = (account: string, id = 'KASITHBK', country = 'TH', scheme = 'bic') =>
  keyOf('bank-account', { account, country, institution: { scheme, id } })

await t.test('account: separators, case and digits of another script change nothing', async () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[0-9A-WYZ]{4,34}$/u),
      fc.constantFrom(...zeros),
      noiseArbitrary,
      (number, zero, between) =>
        account(
          withNoise(inDigitsOf(zero, number.toLowerCase()), between),
          withNoise('kasithbkxxx', between),
        ) === `TH|bic|KASITHBK|${number}`,
    ),
    { numRuns },
  )
})

await t.test('account: another number, bank, scheme or country is another key', async () => {
  const part = fc.record({
    account: fc.stringMatching(/^0?[0-9A-WYZ]{4,8}$/u),
    bank: fc.stringMatching(/^[A-Z]{4}$/u),
    country: fc.constantFrom('TH', 'KH', 'VN', 'LA'),
    national: fc.boolean(),
  })
  const key = ({
    account: number,
    bank,
    country,
    national,
  }: {
    account: string
    bank: string
    country: string
    national: boolean
  }) =>
    national
      ? account(number, bank, country, `${country.toLowerCase()}-code`)
      : account(number, `${bank}${country}BK`, country)
  fc.assert(
    fc.property(
      part,
      part,
      (one, other) => (key(one) === key(other)) === (JSON.stringify(one) === JSON.stringify(other)),
    ),
    { numRuns },
  )
})

const ibanOf = (country: string, bban: string): string => {
  const digits = Array.from(`${bban}${country}00`, (letter) => Number.parseInt(letter, 36)).join('')
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${bban}`
}

await t.test(
  'IBAN: every writing gives one key, and every single wrong digit is refused (ISO 7064 mod 97-10)',
  async () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9]{18}$/u),
        noiseArbitrary,
        fc.nat(19),
        fc.integer({ min: 1, max: 9 }),
        (bban, between, at, step) => {
          const iban = ibanOf('DE', bban)
          const digit = (Number(iban[at + 2]) + step) % 10
          const wrong = keyOf('bank-account', {
            iban: iban.slice(0, at + 2) + String(digit) + iban.slice(at + 3),
          })
          return (
            keyOf('bank-account', { iban: withNoise(iban.toLowerCase(), between) }) ===
              `iban:${iban}` && wrong.startsWith('refused')
          )
        },
      ),
      { numRuns },
    )
  },
)
