import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import { listed, corruptions, accepted } from './identifiers-ofac-fixtures.ts'

const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

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
