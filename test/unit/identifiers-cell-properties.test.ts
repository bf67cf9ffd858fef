import * as fc from 'fast-check'
import examples from 'libphonenumber-js/mobile/examples'
import { getCountries, getExampleNumber } from 'libphonenumber-js/max'
import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import emptyWords from '#core/identifiers/data/empty-words.json' with { type: 'json' }
import { inDigitsOf, keyOf, numRuns, zeros } from './identifiers-properties-fixtures.ts'

const numbers = getCountries().flatMap((country) => getExampleNumber(country, examples) ?? [])

const answer = (number: string, defaultCountry: string): string =>
  keyOf('phone-number', { number, defaultCountry })

const digitsIn = (text: string): string => text.replace(/\D/gu, '')

await t.test(
  'whatever a spreadsheet makes of a number is refused, in every country and script',
  async () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...numbers),
        fc.constantFrom(...zeros),
        fc.boolean(),
        fc.constantFrom('.', ','),
        (number, zero, isNational, mark) => {
          const digits = isNational ? digitsIn(number.formatNational()) : number.number.slice(1)
          const whole = String(BigInt(digits))
          const power = String(whole.length - 1).padStart(2, '0')
          const made = [
            `${whole}${mark}0`,
            `${whole}${mark}00`,
            `${whole[0]}${mark}${whole.slice(1, 6)}E+${power}`,
            `${whole[0]}${mark}${whole.slice(1, 6)}e${power}`,
          ]
          return made.every((cell) =>
            /^refused: cell\/(?:decimal|exponent)$/u.test(
              answer(inDigitsOf(zero, cell), number.country ?? 'TH'),
            ),
          )
        },
      ),
      { numRuns },
    )
  },
)

await t.test('a number with two or more digits hidden is refused, and no sender name', async () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...numbers),
      fc.constantFrom('x', 'X', '*', '•', '?', '_', '#', '×'),
      fc.nat(),
      fc.integer({ min: 2, max: 5 }),
      (number, mask, seed, count) => {
        const digits = digitsIn(number.formatNational())
        const at = seed % (digits.length - count + 1)
        fc.pre(digits.length > count)
        const cell = digits.slice(0, at) + mask.repeat(count) + digits.slice(at + count)
        return answer(cell, number.country ?? 'TH') === 'refused: cell/masked'
      },
    ),
    { numRuns },
  )
})

await t.test(
  'two numbers of one country in a cell give no key, whatever stands between',
  async () => {
    const ofOne = fc
      .constantFrom(...numbers)
      .map((number) => [digitsIn(number.formatNational()), number.country ?? 'TH'])
    const between = fc.constantFrom(' ', ', ', '/', ' / ', ';', ' & ', ' or ', '\n', ' - ', '|')
    fc.assert(
      fc.property(ofOne, between, ([digits = '', country = ''], mark) => {
        const key = answer(`${digits}${mark}${digits}`, country)
        return key.startsWith('refused') || digitsIn(key).endsWith(digits + digits)
      }),
      { numRuns },
    )
    const code = fc.integer({ min: 100, max: 1999 }).filter((each) => String(each).startsWith('1'))
    fc.assert(
      fc.property(code, code, between, (one, other, mark) => {
        const number = `${one}${mark}${other}`
        const result = canonicalise('phone-number', { number, defaultCountry: 'TH' })
        // The plan may know the digits as one number: 1800 1000.
        return !result.ok || result.value.warnings.length === 0
      }),
      { numRuns },
    )
  },
)

await t.test('a word for nothing is refused in every kind that people type', async () => {
  const subjects = (word: string) =>
    [
      ['phone-number', { number: word, defaultCountry: 'TH' }],
      ['bank-account', { account: word, country: 'TH' }],
      ['bank-account', { iban: word }],
      ['wallet-address', { address: word }],
      ['url', { url: word }],
      ['device', { imei: word }],
      ['payment-proxy', { scheme: 'promptpay', proxy: word }],
      ['social-account', { platform: 'telegram', handle: word }],
      ['ip-address', { address: word }],
    ] as const
  const dress = fc.constantFrom<(word: string) => string>(
    (word) => word,
    (word) => word.toUpperCase(),
    (word) => ` ${word} `,
    (word) => `(${word})`,
    (word) => `${word}.`,
  )
  fc.assert(
    fc.property(fc.constantFrom(...emptyWords.words), dress, (word, dressed) =>
      subjects(dressed(word)).every(([kind, subject]) => {
        const result = canonicalise(kind, subject)
        return !result.ok && result.refusal.code === 'cell/empty-word'
      }),
    ),
    { numRuns },
  )
})
