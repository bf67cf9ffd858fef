import { accept, refuse, type Checked } from '../../refusal.ts'
import { addressPointer, badChecksum, type Chain, type ReadAddress } from './chain.ts'
import { chains } from './chains.ts'

export type Found = { readonly chain: Chain; readonly read: ReadAddress }

const ambiguous = (names: readonly string[]): Checked<never> => refuse('wallet/ambiguous-chain', addressPointer, `could be ${names.join(', ')}`)

/** Nothing fits: an address with a wrong checksum is a mistyped one of the chain whose form it has. */
const refuseAll = (address: string): Checked<never> => {
  const mistyped = chains.filter(({ read }) => {
    const result = read(address)
    return !result.ok && result.refusal.code === 'wallet/bad-checksum'
  })
  if (mistyped.length === 0) return refuse('wallet/unknown-chain', addressPointer)
  return badChecksum(`has the form of ${mistyped.map(({ name }) => name).join(', ')}`)
}

/** The only chain that takes the address. A chain outside the table with the same form makes it ambiguous as well: D… may be Dogecoin. */
export const inferChain = (address: string): Checked<Found> => {
  const found = chains.flatMap((chain): Found[] => {
    const result = chain.read(address)
    return result.ok ? [{ chain, read: result.value }] : []
  })
  const [first, second] = found
  if (first === undefined) return refuseAll(address)
  const outside = first.chain.sharesFormWith?.(address)
  if (second === undefined && outside === undefined) return accept(first)
  return ambiguous([...found.map(({ chain }) => chain.name), ...(outside === undefined ? [] : [`${outside} (not supported)`])])
}

/** The address under the chain the sender named. */
export const namedChain = (name: string, address: string): Checked<Found> => {
  const chain = chains.find((candidate) => candidate.name === name)
  if (chain === undefined) return refuse('notice/bad-value', '/subject/chain', `one of ${chains.map((known) => known.name).join(', ')}`)
  const read = chain.read(address)
  return read.ok ? accept({ chain, read: read.value }) : read
}
