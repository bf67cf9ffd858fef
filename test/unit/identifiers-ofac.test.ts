import { readFileSync } from 'node:fs'
import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'

type Listed = { readonly address: string; readonly chain: string }

const chainOfAsset: Readonly<Record<string, string>> = {
  ARB: 'evm',
  BSC: 'evm',
  ETC: 'evm',
  ETH: 'evm',
  USDC: 'evm',
  BCH: 'bitcoin-cash',
  BTG: 'bitcoin-gold',
  DASH: 'dash',
  LTC: 'litecoin',
  TRX: 'tron',
  XBT: 'bitcoin',
  XMR: 'monero',
  XRP: 'xrp',
  ZEC: 'zcash',
}

/**
 * USDT is issued on TRON, on EVM chains and on Bitcoin's Omni layer: its ticker does not tell, the
 * form does.
 */
const chainOfTether = (address: string): string => {
  if (address.startsWith('0x')) return 'evm'
  return address.startsWith('T') ? 'tron' : 'bitcoin'
}

const listed = readFileSync(new URL('../data/ofac-wallets.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line): Listed => {
    const [asset = '', address = ''] = line.trim().split(',')
    return {
      address,
      chain: asset === 'USDT' ? chainOfTether(address) : (chainOfAsset[asset] ?? 'unknown'),
    }
  })

const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const replacementsOf = (alphabet: string, letter: string, at: number): string[] =>
  [1, 11, 29]
    .map((step) => alphabet[(alphabet.indexOf(letter) + step + (at % 7)) % alphabet.length] ?? 'x')
    .filter((other) => other !== letter)

const changed = (address: string, at: number, letter: string): string =>
  address.slice(0, at) + letter + address.slice(at + 1)
const corruptions = (address: string, alphabet: string, from: number): string[] =>
  Array.from(address.slice(from), (letter, offset) =>
    replacementsOf(alphabet, letter, from + offset).map((other) =>
      changed(address, from + offset, other),
    ),
  ).flat()

const isMixed = (address: string): boolean =>
  /[a-f]/u.test(address.slice(2)) && /[A-F]/u.test(address.slice(2))
const accepted = (address: string, chain?: string): boolean =>
  canonicalise('wallet-address', { address, ...(chain !== undefined && { chain }) }).ok

await t.test(
  'every address of the OFAC list is accepted under its chain, and its key is of that chain',
  async (t) => {
    t.equal(listed.length, 325)
    const wrong = listed.filter(({ address, chain }) => {
      const result = canonicalise('wallet-address', { address, chain })
      return !result.ok || !result.value.canonical.key.startsWith(`${chain}:`)
    })
    t.same(wrong, [])
  },
)

await t.test(
  'without a chain the address gets its right chain, or the error names it among the candidates',
  async (t) => {
    const wrong = listed.filter(({ address, chain }) => {
      const result = canonicalise('wallet-address', { address })
      if (result.ok) return result.value.canonical['chain'] !== chain
      return (
        result.refusal.code !== 'wallet/ambiguous-chain' || !result.refusal.detail?.includes(chain)
      )
    })
    t.same(wrong, [])
  },
)

await t.test(
  'two addresses of the list never share a key, but for the tickers of one address',
  async (t) => {
    const keys = new Set(
      listed.map(({ address, chain }) => {
        const result = canonicalise('wallet-address', { address, chain })
        return result.ok ? result.value.canonical.key : address
      }),
    )
    t.equal(
      keys.size,
      new Set(
        listed.map(({ address, chain }) => (chain === 'evm' ? address.toLowerCase() : address)),
      ).size,
    )
  },
)

await t.test(
  'every one-character corruption of an address with a 32-bit or stronger checksum is ' +
    'refused, at every position',
  async (t) => {
    const checked = listed.filter(({ chain }) => chain !== 'evm')
    const cases = checked.flatMap(({ address, chain }) =>
      corruptions(
        address,
        chain === 'bitcoin-cash' || address.startsWith('bc1')
          ? '023456789acdefghjklmnpqrstuvwxyz'
          : letters,
        0,
      ).map((corrupt) => ({ corrupt, chain })),
    )
    t.ok(cases.length > 20_000, `${cases.length} cases`)
    t.same(
      cases.filter(({ corrupt, chain }) => accepted(corrupt, chain)),
      [],
      'under its chain',
    )
    t.same(
      cases.filter(({ corrupt }) => accepted(corrupt)),
      [],
      'without a chain',
    )
  },
)

await t.test(
  'EIP-55: a letter in the wrong case is always refused while both cases remain',
  async (t) => {
    const mixed = listed.filter(({ address, chain }) => chain === 'evm' && isMixed(address))
    const flips = mixed.flatMap(({ address }) =>
      Array.from(address, (letter, at) =>
        changed(
          address,
          at,
          letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
        ),
      ).filter((flipped, at) => at > 1 && flipped !== address && isMixed(flipped)),
    )
    t.ok(flips.length > 500, `${flips.length} cases`)
    t.same(
      flips.filter((address) => accepted(address, 'evm')),
      [],
    )
  },
)

await t.test(
  'EIP-55: another digit is refused but for the one in some 2^15 that the scheme itself lets ' +
    'through',
  async (t) => {
    const mixed = listed.filter(({ address, chain }) => chain === 'evm' && isMixed(address))
    const cases = mixed
      .flatMap(({ address }) => corruptions(address, '0123456789abcdefABCDEF', 2))
      .filter(isMixed)
    const through = cases.filter((address) => accepted(address, 'evm'))
    t.ok(cases.length > 3_000, `${cases.length} cases`)
    t.ok(through.length <= cases.length / 1_000, `${through.length} of ${cases.length} let through`)
  },
)

await t.test(
  'an EVM address in one case has no checksum: it is accepted with a warning',
  async (t) => {
    const uniform = listed.filter(({ address, chain }) => chain === 'evm' && !isMixed(address))
    t.ok(uniform.length > 0)
    for (const { address } of uniform) {
      const result = canonicalise('wallet-address', { address })
      t.ok(result.ok && result.value.warnings.some(({ code }) => code === 'wallet/unchecked'))
    }
  },
)
