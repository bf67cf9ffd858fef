import { hex } from '@scure/base'
import { accept, type Checked } from '../../refusal.ts'
import { readBase58Check } from './base58-check.ts'
import { notThisForm, walletKey, type Chain, type ReadAddress } from './chain.ts'
import { tronOf } from './tron-address.ts'

const readBytes = (body: Uint8Array): ReadAddress => {
  const bytes = body.subarray(1)
  return {
    address: tronOf(bytes),
    links: [{ kind: 'wallet-address', key: walletKey('evm', `0x${hex.encode(bytes)}`) }],
  }
}

const readText = (written: string): Checked<ReadAddress> => {
  const body = readBase58Check(written, 21)
  if (!body.ok) return body
  return body.value[0] === 0x41 ? accept(readBytes(body.value)) : notThisForm('another network')
}

/**
 * Reads Base58Check of 0x41 and twenty bytes (`T…`). Node software writes the same as 42
 * hexadecimal digits, without a checksum.
 */
export const tron: Chain = {
  name: 'tron',
  read: (written) => {
    if (/^41[0-9a-fA-F]{40}$/u.test(written))
      return accept({ ...readBytes(hex.decode(written.toLowerCase())), unchecked: true })
    return /^T[1-9A-HJ-NP-Za-km-z]{33}$/u.test(written) ? readText(written) : notThisForm()
  },
}
