import { refuse, type Checked, type Warning } from '../../refusal.ts'
import type { Link } from '../canonical.ts'

export const addressPointer = '/subject/address'
export const tagPointer = '/subject/tag'

/**
 * An address in its one canonical form. A tag that is packed into the address (XRP X-address,
 * Monero integrated address) is taken out.
 */
export type ReadAddress = {
  readonly address: string
  readonly tag?: string
  readonly links?: readonly Link[]
  readonly unchecked?: true
  /** What is unusual about the checksum of an address that is taken. */
  readonly warnings?: readonly Warning[]
  readonly takesNoTag?: true
}

type TagRule = {
  readonly read: (tag: string) => Checked<string>
  /**
   * An exchange gives thousands of people one address and a tag each: without the tag the address
   * is nobody's.
   */
  readonly sharedWithout?: true
}

/**
 * How one chain reads an address. `read` refuses with `wallet/bad-checksum` a text that has the
 * chain's form and fails its checksum, and with `wallet/bad-address` any other. `sharesFormWith`
 * names what else has this form, beside the chains of `data/other-chains.json`: such an address is
 * read as this chain's only if the sender names the chain.
 */
export type Chain = {
  readonly name: string
  readonly read: (written: string) => Checked<ReadAddress>
  readonly tag?: TagRule
  readonly sharesFormWith?: (address: string) => string | undefined
}

export const notThisForm = (detail?: string): Checked<never> =>
  refuse('wallet/bad-address', addressPointer, detail)
export const badChecksum = (detail?: string): Checked<never> =>
  refuse('wallet/bad-checksum', addressPointer, detail)

export const walletKey = (chain: string, address: string, tag?: string): string =>
  tag === undefined ? `${chain}:${address}` : `${chain}:${address}:${tag}`
