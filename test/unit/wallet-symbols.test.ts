import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import { chainOfSymbol } from '#core/identifiers/wallets/other-chains.ts'
import { readMispEvent } from '#core/import/misp.ts'

const neo = 'AQ6DyFFrZHLTvKEcxMDMVsmQ89tH7mzv8z'
const evm = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'

/** The answer to the first row of a MISP event with one coin address. */
const answerOf = (address: string, symbol: string): string => {
  const attribute = (object_relation: string, value: string) => ({ object_relation, value })
  const Attribute = [attribute('address-crypto', address), attribute('symbol', symbol)]
  const rows = readMispEvent({ Event: { Object: [{ name: 'coin-address', Attribute }] } })
  const read = rows.ok ? rows.value[0]?.read : undefined
  if (read?.ok !== true) return 'no row'
  const { subject } = read.value as { subject: object }
  const result = canonicalise('wallet-address', subject)
  return result.ok ? result.value.canonical.key : result.refusal.code
}

await t.test('the symbol of a coin in a file is never overruled', async (t) => {
  t.equal(answerOf(neo, 'NEO'), 'notice/bad-value')
  t.equal(answerOf(evm, 'VET'), 'notice/bad-value')
  t.equal(answerOf(evm, 'BTC'), 'wallet/bad-address')
  t.equal(answerOf(neo, 'BTG'), `bitcoin-gold:${neo}`)
  t.equal(answerOf(evm, 'usdt'), `evm:${evm.toLowerCase()}`)
  t.equal(answerOf(evm, ' Eth '), `evm:${evm.toLowerCase()}`)
})

await t.test('a token says no chain, a coin its own, an unknown word itself', async (t) => {
  for (const token of ['USDT', 'usdc', 'USDT-TRC20']) t.equal(chainOfSymbol(token), undefined)
  for (const coin of ['XBT', 'btc']) t.equal(chainOfSymbol(coin), 'bitcoin')
  for (const word of ['NEO', 'constructor', 'DOGE'])
    t.equal(chainOfSymbol(word), word.toLowerCase())
})
