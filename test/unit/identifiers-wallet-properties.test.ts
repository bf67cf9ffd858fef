import * as fc from 'fast-check'
import { sha256 } from '@noble/hashes/sha2.js'
import { base58xrp, base64url, bech32, createBase58check, hex } from '@scure/base'
import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import { eip55 } from '#core/identifiers/wallets/evm.ts'
import { numRuns, keyOf } from './identifiers-properties-fixtures.ts'

const wallet = (chain: string, address: string, tag?: string) =>
  keyOf('wallet-address', { chain, address, ...(tag !== undefined && { tag }) })

const bytes20 = fc.uint8Array({ minLength: 20, maxLength: 20 })

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
