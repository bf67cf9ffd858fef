import type { Chain } from './chain.ts'
import { beginningWith, hashAddress } from './hash-address.ts'
import { segwit } from './segwit.ts'

const legacy = hashAddress(beginningWith('13'), { 0x00: 0x00, 0x05: 0x05 })
const bitcoinSegwit = segwit('bc', 16)
const goldHash = hashAddress(beginningWith('GA'), { 0x26: 0x26, 0x17: 0x17 })
const goldSegwit = segwit('btg', 0)

/** BIP-13 and BIP-16 (1…, 3…), BIP-173 and BIP-350 (bc1…). */
export const bitcoin: Chain = {
  name: 'bitcoin',
  read: (written) => (/^bc1/iu.test(written) ? bitcoinSegwit(written) : legacy(written)),
}

/** Bitcoin SV keeps Bitcoin's addresses as they were before segwit. */
export const bitcoinSv: Chain = { name: 'bitcoin-sv', read: legacy }

/** Version bytes and human-readable part of BTCGPU's chainparams.cpp. */
export const bitcoinGold: Chain = {
  name: 'bitcoin-gold',
  read: (written) => (/^btg1/iu.test(written) ? goldSegwit(written) : goldHash(written)),
}
