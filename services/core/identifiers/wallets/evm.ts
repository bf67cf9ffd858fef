import { keccak_256 } from '@noble/hashes/sha3.js'
import { hex, utf8 } from '@scure/base'
import { accept, type Checked } from '../../refusal.ts'
import {
  addressPointer,
  badChecksum,
  notThisForm,
  walletKey,
  type Chain,
  type ReadAddress,
} from './chain.ts'
import { tronOf } from './tron-address.ts'

/**
 * EIP-55: a letter is a capital if the hash of the lower-case address has a nibble of 8 or more
 * there. EIP-1191 puts the chain's id and 0x before the address that is hashed.
 */
export const eip55 = (lower: string, before = ''): string => {
  const hash = hex.encode(keccak_256(utf8.decode(before + lower)))
  return lower.replace(/[a-f]/gu, (letter, at: number) =>
    Number.parseInt(hash[at] ?? '0', 16) >= 8 ? letter.toUpperCase() : letter,
  )
}

/** The chains whose wallets write EIP-1191. */
const chainIds: readonly (readonly [id: number, name: string])[] = [
  [30, 'Rootstock'],
  [31, 'the test network of Rootstock'],
]

const ofChain = (lower: string, digits: string): string | undefined => {
  const found = chainIds.find(([id]) => eip55(lower, `${id}0x`) === digits)
  return found && `EIP-1191 of chain ${found[0]}, ${found[1]}`
}

const readHex = (digits: string): Checked<ReadAddress> => {
  const lower = digits.toLowerCase()
  const unchecked = digits === lower || digits === digits.toUpperCase()
  const isPlain = unchecked || eip55(lower) === digits
  const detail = isPlain ? undefined : ofChain(lower, digits)
  if (!isPlain && detail === undefined)
    return badChecksum('capital and small letters do not fit EIP-55')
  const tron = walletKey('tron', tronOf(hex.decode(lower)))
  return accept({
    address: `0x${lower}`,
    links: [{ kind: 'wallet-address', key: tron }],
    ...(unchecked && { unchecked }),
    ...(detail !== undefined && {
      warnings: [{ code: 'wallet/chain-checksum', pointer: addressPointer, detail }],
    }),
  })
}

/**
 * Twenty bytes in hexadecimal. The address exists on every EVM chain (Ethereum, BNB, Arbitrum,
 * Base, …), so its chain is the family (`eip155`). An address in small letters only, or in capital
 * letters only, has no checksum. TRON's form of the same bytes is a link.
 */
export const evm: Chain = {
  name: 'evm',
  read: (written) => {
    const digits = /^(?:0[xX])?([0-9a-fA-F]{40})$/u.exec(written)?.[1]
    return digits === undefined ? notThisForm() : readHex(digits)
  },
}
