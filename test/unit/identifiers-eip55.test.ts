import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import { listed, changed, corruptions, accepted } from './identifiers-ofac-fixtures.ts'

const isMixed = (address: string): boolean =>
  /[a-f]/u.test(address.slice(2)) && /[A-F]/u.test(address.slice(2))

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
