import { accept, refuse, type Checked, type Refusal } from '../../refusal.ts'
import { addressPointer, badChecksum, type Chain, type ReadAddress } from './chain.ts'
import { chains } from './chains.ts'
import { othersWithForm, otherChainOf } from './other-chains.ts'

export type InferredChain = { readonly chain: Chain; readonly read: ReadAddress }

type Attempt = { readonly chain: Chain; readonly result: Checked<ReadAddress> }
type Failure = { readonly name: string; readonly refusal: Refusal }

const ambiguous = (names: readonly string[]): Checked<never> =>
  refuse('wallet/ambiguous-chain', addressPointer, `could be ${names.join(', ')}`)

/**
 * The refusal if no chain fits. A wrong checksum means a mistyped address of the chain whose form
 * it has; the detail names the chains that know the form.
 */
const refuseAll = (address: string, failures: readonly Failure[]): Checked<never> => {
  const other = otherChainOf(address)
  if (other !== undefined) return refuse('wallet/unknown-chain', addressPointer, other)
  const mistyped = failures.filter(({ refusal }) => refusal.code === 'wallet/bad-checksum')
  if (mistyped.length > 0)
    return badChecksum(`has the form of ${mistyped.map(({ name }) => name).join(', ')}`)
  const recognised = failures.find(({ refusal }) => refusal.detail !== undefined)
  if (recognised === undefined) return refuse('wallet/unknown-chain', addressPointer)
  return refuse(
    'wallet/bad-address',
    addressPointer,
    `${recognised.name}: ${recognised.refusal.detail}`,
  )
}

const failureOf = ({ chain, result }: Attempt): Failure[] =>
  result.ok ? [] : [{ name: chain.name, refusal: result.refusal }]
const foundOf = ({ chain, result }: Attempt): InferredChain[] =>
  result.ok ? [{ chain, read: result.value }] : []

/**
 * The only chain that takes the address. A chain outside the table with the same form makes it
 * ambiguous too: D… may be Dogecoin, A… NEO.
 */
export const inferChain = (address: string): Checked<InferredChain> => {
  const attempts = chains.map((chain): Attempt => ({ chain, result: chain.read(address) }))
  const found = attempts.flatMap(foundOf)
  const [first, second] = found
  if (first === undefined) return refuseAll(address, attempts.flatMap(failureOf))
  const outside = first.chain.sharesFormWith?.(address) ?? othersWithForm(first.chain.name, address)
  if (second === undefined && outside === undefined) return accept(first)
  return ambiguous([
    ...found.map(({ chain }) => chain.name),
    ...(outside === undefined ? [] : [outside]),
  ])
}

/** Reads the address as one of the chain that the sender names. */
export const namedChain = (name: string, address: string): Checked<InferredChain> => {
  const chain = chains.find((candidate) => candidate.name === name)
  if (chain === undefined)
    return refuse(
      'notice/bad-value',
      '/subject/chain',
      `one of ${chains.map((known) => known.name).join(', ')}`,
    )
  const read = chain.read(address)
  return read.ok ? accept({ chain, read: read.value }) : read
}
