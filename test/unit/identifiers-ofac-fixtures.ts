import { readFileSync } from 'node:fs'
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
 * USDT is issued on TRON, on EVM chains and on Bitcoin's Omni layer. The form of the address tells
 * which; its ticker does not.
 */
const chainOfTether = (address: string): string => {
  if (address.startsWith('0x')) return 'evm'
  return address.startsWith('T') ? 'tron' : 'bitcoin'
}

export const listed = readFileSync(new URL('../data/ofac-wallets.csv', import.meta.url), 'utf8')
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

const replacementsOf = (alphabet: string, letter: string, at: number): string[] =>
  [1, 11, 29]
    .map((step) => alphabet[(alphabet.indexOf(letter) + step + (at % 7)) % alphabet.length] ?? 'x')
    .filter((other) => other !== letter)

export const changed = (address: string, at: number, letter: string): string =>
  address.slice(0, at) + letter + address.slice(at + 1)

export const corruptions = (address: string, alphabet: string, from: number): string[] =>
  Array.from(address.slice(from), (letter, offset) =>
    replacementsOf(alphabet, letter, from + offset).map((other) =>
      changed(address, from + offset, other),
    ),
  ).flat()

export const accepted = (address: string, chain?: string): boolean =>
  canonicalise('wallet-address', { address, ...(chain !== undefined && { chain }) }).ok
