import { refuse, type Checked } from '../../refusal.ts'
import type { Link } from '../canonical.ts'

export const addressPointer = '/subject/address'
export const tagPointer = '/subject/tag'

/**
 * An address in its one canonical form. A tag packed into the address (XRP X-address, Monero
 * integrated address) comes apart.
 */
export type ReadAddress = {
  readonly address: string
  readonly tag?: string
  readonly links?: readonly Link[]
  readonly unchecked?: true
  readonly takesNoTag?: true
}

type TagRule = {
  readonly read: (tag: string) => Checked<string>
  /**
   * Exchanges give thousands of people one address and a tag each: without the tag it is nobody's.
   */
  readonly sharedWithout?: true
}

/**
 * What one chain takes for an address. `read` refuses with `wallet/bad-checksum` what has the
 * chain's form but fails its checksum, with `wallet/bad-address` everything else. `sharesFormWith`
 * says what else an address of this form may be, of a chain outside this table for example, so that
 * it is not taken for this chain's unless named.
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
