import { bech32 } from '@scure/base'
import { accept, type Checked } from '../../refusal.ts'
import { badChecksum, notThisForm, type Chain, type ReadAddress } from './chain.ts'
import { beginningWith, hashAddress } from './hash-address.ts'
import { segwit } from './segwit.ts'

/**
 * A script hash was written 3…, like Bitcoin's, and is written M… since 2017. Both name one output,
 * so they have one key.
 */
const hash = hashAddress(beginningWith('LM3'), { 0x30: 0x30, 0x32: 0x32, 0x05: 0x32 })
const litecoinSegwit = segwit('ltc', 16)

const mwebLength = 'ltcmweb1'.length + Math.ceil((66 * 8) / 5) + 1 + 6

/** MWEB (LIP-0004): two public keys of 33 bytes in bech32, longer than BIP-173's 90 characters. */
const mweb = (written: string): Checked<ReadAddress> => {
  if (
    written.length !== mwebLength ||
    (written !== written.toLowerCase() && written !== written.toUpperCase())
  )
    return notThisForm()
  return bech32.decodeUnsafe(written.toLowerCase(), mwebLength) === undefined
    ? badChecksum()
    : accept({ address: written.toLowerCase() })
}

const read = (written: string): Checked<ReadAddress> => {
  if (/^ltcmweb1/iu.test(written)) return mweb(written)
  return /^ltc1/iu.test(written) ? litecoinSegwit(written) : hash(written)
}

/** Version bytes and human-readable parts of Litecoin Core's chainparams.cpp. */
export const litecoin: Chain = { name: 'litecoin', read }
