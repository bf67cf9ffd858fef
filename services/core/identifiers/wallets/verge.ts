import type { Chain } from './chain.ts'
import { beginningWith, hashAddress } from './hash-address.ts'
import { segwit } from './segwit.ts'

const hash = hashAddress(beginningWith('DE'), { 0x1e: 0x1e, 0x21: 0x21 })
const vergeSegwit = segwit('vg', 0)

/**
 * Version bytes and human-readable part of Verge's chainparams.cpp. Dogecoin and DigiByte write D…
 * with the same version byte, so D… alone never means Verge.
 */
export const verge: Chain = {
  name: 'verge',
  read: (written) => (/^vg1/iu.test(written) ? vergeSegwit(written) : hash(written)),
  sharesFormWith: (address) =>
    address.startsWith('D') ? 'dogecoin or digibyte (not supported)' : undefined,
}
