import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'

await t.test('a refusal says where and, where it helps, what to do', async (t) => {
  const ambiguous = canonicalise('wallet-address', {
    address: '3P14159f73E4gFr7JterCCQh9QjiTjiZrG',
  })
  t.same(ambiguous, {
    ok: false,
    refusal: {
      code: 'wallet/ambiguous-chain',
      pointer: '/subject/address',
      detail: 'could be bitcoin, litecoin, bitcoin-cash, bitcoin-sv',
    },
  })
  const iban = canonicalise('bank-account', { iban: 'TH660041234567890' })
  t.same(iban, {
    ok: false,
    refusal: {
      code: 'account/iban-not-issued',
      pointer: '/subject/iban',
      detail: 'TH does not issue IBANs: send institution { scheme, id }, account and country',
    },
  })
  const prefix = canonicalise('phone-number', { number: '0019591234567', defaultCountry: 'TH' })
  t.same(prefix, {
    ok: false,
    refusal: {
      code: 'phone/ambiguous-prefix',
      pointer: '/subject/number',
      detail: 'could be +19591234567 or +9591234567',
    },
  })
  const carrier = canonicalise('ip-address', { address: '100.64.0.1' })
  t.same(carrier, {
    ok: false,
    refusal: {
      code: 'ip/not-public',
      pointer: '/subject/address',
      detail: 'in 100.64.0.0/10: shared by the customers of a carrier, RFC 6598',
    },
  })
  const short = canonicalise('device', { imei: '3520990017614' })
  t.same(short, {
    ok: false,
    refusal: { code: 'device/bad-length', pointer: '/subject/imei', detail: '14 to 16 digits' },
  })
  t.same(canonicalise('toString', {}), {
    ok: false,
    refusal: { code: 'notice/unknown-kind', pointer: '/kind' },
  })
})

await t.test(
  'the attributes of a key tell the country, the type, the bank, the chain and the model',
  async (t) => {
    const attributes = (kind: string, subject: object) => {
      const result = canonicalise(kind, subject)
      return result.ok ? result.value.canonical : result.refusal
    }
    t.match(attributes('phone-number', { number: '+66812345678' }), {
      country: 'TH',
      type: 'mobile',
    })
    t.match(attributes('phone-number', { number: '1155', defaultCountry: 'TH' }), {
      country: 'TH',
      type: 'short-code',
    })
    t.match(attributes('bank-account', { iban: 'DE89370400440532013000' }), {
      country: 'DE',
      iban: 'DE89370400440532013000',
    })
    t.match(
      attributes('bank-account', {
        account: '0012345678',
        country: 'TH',
        institution: { scheme: 'bic', id: 'KASITHBK123' },
      }),
      { country: 'TH', institution: 'bic:KASITHBK', branch: '123', account: '0012345678' },
    )
    t.match(
      attributes('wallet-address', { address: 'X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu' }),
      { chain: 'xrp', address: 'r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59', tag: '1' },
    )
    t.match(attributes('ip-address', { address: '2e00:db8::1' }), { family: 'ipv6' })
    t.match(attributes('ip-address', { address: '::ffff:1.2.3.4' }), { family: 'ipv4' })
    t.match(attributes('device', { imei: '352099001761481' }), {
      type: 'imei',
      typeAllocationCode: '35209900',
    })
    t.match(attributes('device', { imsi: '310150123456789' }), { type: 'imsi', countryCode: '310' })
  },
)
