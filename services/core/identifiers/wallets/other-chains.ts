import { bech32, bech32m } from '@scure/base'
import data from '../data/other-chains.json' with { type: 'json' }
import { readBase58Check } from './base58-check.ts'

const shared = data.sharedForms.map(({ chain, form, others }) => ({
  chain,
  form: new RegExp(form, 'iu'),
  names: others.map((name) => `${name} (not supported)`).join(', '),
}))

/** The chains outside the table whose addresses have the form of this one, for a message. */
export const othersWithForm = (chain: string, address: string): string | undefined =>
  shared.find((row) => row.chain === chain && row.form.test(address))?.names

const versions: Readonly<Record<string, readonly string[]>> = data.base58Versions
const prefixes: Readonly<Record<string, string>> = data.bech32Prefixes

const named = (names: readonly string[] | string | undefined, otherwise: string): string =>
  names === undefined ? otherwise : `looks like ${[names].flat().join(' or ')}, not supported`

const base58Chain = (address: string): string | undefined => {
  const body = address.length > 40 ? undefined : readBase58Check(address, 21)
  const version = body?.ok === true ? String(body.value[0]) : undefined
  if (version === undefined) return undefined
  return named(
    Object.hasOwn(versions, version) ? versions[version] : undefined,
    `Base58Check of version ${version}, which no chain of ours has`,
  )
}

const bech32Chain = (address: string): string | undefined => {
  const text = address.toLowerCase()
  if (text.length > 128 || !/^[a-z]{1,20}1[02-9ac-hj-np-z]{8,}$/u.test(text)) return undefined
  const { prefix } = bech32.decodeUnsafe(text, false) ?? bech32m.decodeUnsafe(text, false) ?? {}
  if (prefix === undefined) return undefined
  return named(
    Object.hasOwn(prefixes, prefix) ? prefixes[prefix] : undefined,
    `bech32 of prefix ${prefix}, which no chain of ours has`,
  )
}

/** What a sound address of a chain outside the table is, for a message; undefined for no such. */
export const otherChainOf = (address: string): string | undefined =>
  base58Chain(address) ?? bech32Chain(address)

const symbols: Readonly<Record<string, string>> = data.symbols
const tokens: ReadonlySet<string> = new Set(data.tokens)

/**
 * The chain of a coin by its symbol. Tokens such as USDT exist on several chains, and the address
 * tells which: undefined. A symbol that is not known is answered as it is, and refused as a chain
 * that there is not: what a file says of a coin is never overruled.
 */
export const chainOfSymbol = (symbol: string): string | undefined => {
  const name = symbol.trim().toUpperCase()
  if (tokens.has(name) || /^USD[TC][-_ ]/u.test(name)) return undefined
  return Object.hasOwn(symbols, name) ? symbols[name] : symbol.trim().toLowerCase()
}
