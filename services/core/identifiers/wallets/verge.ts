import type { Chain } from './chain.ts'
import { beginningWith, hashAddress } from './hash-address.ts'

/** Version bytes of Verge's chainparams.cpp. Dogecoin and DigiByte write D… with the same version byte, so D… alone never tells Verge. */
export const verge: Chain = {
  name: 'verge',
  read: hashAddress(beginningWith('DE'), { 0x1e: 0x1e, 0x21: 0x21 }),
  sharesFormWith: (address) => (address.startsWith('D') ? 'dogecoin or digibyte' : undefined),
}
