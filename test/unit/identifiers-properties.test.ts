import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import examples from 'libphonenumber-js/mobile/examples'
import { getCountries, getExampleNumber } from 'libphonenumber-js/max'
import { sha256 } from '@noble/hashes/sha2.js'
import { base58xrp, base64url, bech32, createBase58check, hex } from '@scure/base'
import t from 'tap'
import { catalogue } from '#core/catalogue/catalogue.ts'
import { canonicalise, identifiers } from '#core/identifiers/canonicalise.ts'
import { eip55 } from '#core/identifiers/wallets/evm.ts'

/** Cases of a property in the test run; a fuzz campaign sets FUZZ_RUNS. */
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 2_000)
const manyRuns = numRuns * 20
const kinds = Object.keys(identifiers)

const keyOf = (kind: string, subject: object): string => {
  const result = canonicalise(kind, subject)
  return result.ok ? result.value.canonical.key : `refused: ${result.refusal.code}`
}

const phone = (number: string, defaultCountry?: string) =>
  keyOf('phone-number', { number, ...(defaultCountry !== undefined && { defaultCountry }) })
const wallet = (chain: string, address: string, tag?: string) =>
  keyOf('wallet-address', { chain, address, ...(tag !== undefined && { tag }) })
const account = (account: string, id = 'KASITHBK', country = 'TH', scheme = 'bic') =>
  keyOf('bank-account', { account, country, institution: { scheme, id } })

const zeros = [0x0e50, 0x17e0, 0x0ed0, 0x1040, 0x0660, 0x0966, 0xff10, 0x30]
const inDigitsOf = (zero: number, text: string): string =>
  text.replace(/\d/gu, (digit) => String.fromCodePoint(zero + Number(digit)))
const noise = ['', ' ', '-', '\u200b', '\u2011', '\u00a0', '\u202a']
const withNoise = (text: string, between: readonly string[]): string =>
  Array.from(text, (letter, at) => letter + (between[at % between.length] ?? '')).join('')
const noiseArbitrary = fc.array(fc.constantFrom(...noise), { minLength: 1, maxLength: 9 })
const bytes20 = fc.uint8Array({ minLength: 20, maxLength: 20 })

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
            phone(`+${withNoise(inDigitsOf(zero, expected.slice(1)), between)}`),
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

await t.test('account: separators, case and digits of another script change nothing', async () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[0-9A-Z]{4,34}$/u),
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
    account: fc.stringMatching(/^0?[0-9A-Z]{4,8}$/u),
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

const base58Check = createBase58check(sha256)
const hashAddress = (version: number, hash: Uint8Array): string =>
  base58Check.encode(Uint8Array.of(version, ...hash))

await t.test(
  'wallet: EVM writings give one key, TRON of the same bytes another, and each links to the other',
  async () => {
    fc.assert(
      fc.property(bytes20, (bytes) => {
        const lower = hex.encode(bytes)
        const tron = hashAddress(0x41, bytes)
        const keys = new Set(
          [`0x${lower}`, `0X${lower.toUpperCase()}`, `0x${eip55(lower)}`, eip55(lower)].map(
            (address) => wallet('evm', address),
          ),
        )
        const linked = (address: string) => {
          const result = canonicalise('wallet-address', { address })
          return result.ok ? result.value.canonical.links?.[0]?.key : undefined
        }
        return (
          keys.size === 1 &&
          keys.has(`evm:0x${lower}`) &&
          wallet('tron', tron) === `tron:${tron}` &&
          wallet('tron', `41${lower}`) === `tron:${tron}` &&
          linked(tron) === `evm:0x${lower}` &&
          linked(`0x${lower}`) === `tron:${tron}`
        )
      }),
      { numRuns },
    )
  },
)

await t.test(
  'wallet: segwit in capitals, Litecoin 3… and M…, Bitcoin Cash legacy and CashAddr are ' +
    'writings of one thing',
  async () => {
    fc.assert(
      fc.property(bytes20, (hash) => {
        const segwit = bech32.encode('bc', [0, ...bech32.toWords(hash)])
        const cash = wallet('bitcoin-cash', hashAddress(0x05, hash))
        const address = cash.slice('bitcoin-cash:'.length)
        return (
          wallet('bitcoin', segwit.toUpperCase()) === `bitcoin:${segwit}` &&
          wallet('litecoin', hashAddress(0x05, hash)) ===
            wallet('litecoin', hashAddress(0x32, hash)) &&
          [address, `bitcoincash:${address}`, `BITCOINCASH:${address.toUpperCase()}`].every(
            (writing) => wallet('bitcoin-cash', writing) === cash,
          )
        )
      }),
      { numRuns },
    )
  },
)

const xrpCheck = (body: Uint8Array): string =>
  base58xrp.encode(Uint8Array.of(...body, ...sha256(sha256(body)).subarray(0, 4)))
const tagBytes = (tag: number): Uint8Array =>
  new Uint8Array(new BigUint64Array([BigInt(tag)]).buffer)

await t.test(
  'wallet: an X-address and a classic address with its tag give one key, another tag another',
  async () => {
    fc.assert(
      fc.property(
        bytes20,
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.integer({ min: 0, max: 0xffffffff }),
        (accountId, tag, other) => {
          const classic = xrpCheck(Uint8Array.of(0, ...accountId))
          const packed = xrpCheck(Uint8Array.of(0x05, 0x44, ...accountId, 1, ...tagBytes(tag)))
          return (
            wallet('xrp', packed) === wallet('xrp', classic, String(tag)) &&
            (tag === other) === (wallet('xrp', classic, String(other)) === wallet('xrp', packed))
          )
        },
      ),
      { numRuns },
    )
  },
)

const crc16 = (bytes: Uint8Array): number =>
  bytes.reduce(
    (crc, byte) =>
      Array.from({ length: 8 }).reduce(
        (state: number) => ((state & 0x8000) === 0 ? state << 1 : (state << 1) ^ 0x1021) & 0xffff,
        crc ^ (byte << 8),
      ),
    0,
  )

await t.test(
  'wallet: all forms of a TON account give its raw form, and those of the test network none',
  async () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.constantFrom(0, 0xff),
        (hash, workchain) => {
          const friendly = (flag: number): string => {
            const body = Uint8Array.of(flag, workchain, ...hash)
            return base64url.encode(Uint8Array.of(...body, crc16(body) >> 8, crc16(body) & 0xff))
          }
          const raw = `${workchain === 0 ? 0 : -1}:${hex.encode(hash)}`
          const forms = [
            friendly(0x11),
            friendly(0x51),
            friendly(0x11).replaceAll('-', '+').replaceAll('_', '/'),
            raw,
            raw.toUpperCase(),
          ]
          return (
            forms.every((form) => wallet('ton', form) === `ton:${raw}`) &&
            [0x91, 0xd1].every((flag) => wallet('ton', friendly(flag)).startsWith('refused'))
          )
        },
      ),
      { numRuns },
    )
  },
)

await t.test('url: a key is its own writing, and disarming it changes nothing', async () => {
  const path = fc.stringMatching(/^(?:%[0-9a-fA-F]{2}|[a-zA-Z0-9._~!?&=+#/-]){0,40}$/u)
  fc.assert(
    fc.property(fc.domain(), path, fc.boolean(), (host, rest, secure) => {
      const key = keyOf('url', { url: `http${secure ? 's' : ''}://${host}/${rest}` })
      const disarmed = key
        .replace(/^http/u, 'hxxp')
        .replace(host.toLowerCase(), host.toLowerCase().replaceAll('.', '[.]'))
      return (
        key.startsWith('refused') ||
        (keyOf('url', { url: key }) === key && keyOf('url', { url: disarmed }) === key)
      )
    }),
    { numRuns },
  )
})

await t.test(
  'compound: two positions in one cell share the key, and in neighbouring cells a link',
  async () => {
    const cell = fc.record({
      latitude: fc.integer({ min: -89_000, max: 89_000 }),
      longitude: fc.integer({ min: -179_000, max: 179_000 }),
    })
    const off = fc.integer({ min: -49, max: 49 })
    const at = (thousandths: number, hundredthousandths: number): string =>
      ((thousandths * 100 + hundredthousandths) / 100_000).toFixed(5)
    fc.assert(
      fc.property(
        cell,
        off,
        off,
        fc.constantFrom(-1, 0, 1),
        fc.constantFrom(-1, 1),
        ({ latitude, longitude }, north, east, up, side) => {
          const site = {
            name: 'A',
            country: 'KH',
            latitude: at(latitude, 0),
            longitude: at(longitude, 0),
          }
          const near = keyOf('compound', {
            ...site,
            name: 'B',
            latitude: at(latitude + up, 0),
            longitude: at(longitude + side, 0),
          })
          const result = canonicalise('compound', {
            ...site,
            latitude: at(latitude, north),
            longitude: at(longitude, east),
          })
          return (
            result.ok &&
            result.value.canonical.key === keyOf('compound', site) &&
            result.value.canonical.links?.some(({ key }) => key === near) === true
          )
        },
      ),
      { numRuns },
    )
  },
)

type Row = {
  readonly input: Record<string, unknown>
  readonly key?: string
  readonly warnings?: readonly string[]
}
const rowsOf = (kind: string): Row[] =>
  JSON.parse(
    readFileSync(new URL(`../../schemas/vectors/${kind}.json`, import.meta.url), 'utf8'),
  ) as Row[]

await t.test(
  'wallet: one changed character of a checksummed address is refused or a writing of the same',
  async () => {
    const checked = rowsOf('wallet-address').filter(
      ({ key, warnings = [], input }) =>
        key !== undefined &&
        !warnings.includes('wallet/unchecked') &&
        /^(?!evm)/u.test(key) &&
        input['tag'] === undefined,
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...checked),
        fc.nat(),
        fc.stringMatching(/^[\x20-\x7e]$/u),
        ({ input, key }, seed, letter) => {
          const address = String(input['address'])
          const at = seed % address.length
          const result = canonicalise('wallet-address', {
            ...input,
            address: address.slice(0, at) + letter + address.slice(at + 1),
          })
          return !result.ok || result.value.canonical.key === key
        },
      ),
      { numRuns: manyRuns },
    )
  },
)

const awkward = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{20,120}$/u),
  fc.constantFrom('constructor', '__proto__', 'TH', '\ud800'),
  fc.anything(),
)
const members = [
  ...new Set(kinds.flatMap((kind) => rowsOf(kind).flatMap(({ input }) => Object.keys(input)))),
]
const written = fc.constantFrom(
  ...kinds.flatMap((kind) => rowsOf(kind).map(({ input }) => ({ kind, input }))),
)

const isAnswer = (kind: string, subject: object): boolean => {
  const result = canonicalise(kind, subject)
  if (!result.ok) return Object.hasOwn(catalogue, result.refusal.code)
  return (
    result.value.canonical.key.length > 0 &&
    result.value.warnings.every(({ code }) => Object.hasOwn(catalogue, code))
  )
}

await t.test(
  'whatever the subject holds, the answer is a key or a code of the catalogue, never an exception',
  async () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.dictionary(fc.constantFrom(...members), awkward),
        isAnswer,
      ),
      { numRuns: manyRuns },
    )
    fc.assert(
      fc.property(written, fc.constantFrom(...members), awkward, ({ kind, input }, member, value) =>
        isAnswer(kind, { ...input, [member]: value }),
      ),
      { numRuns: manyRuns },
    )
  },
)
