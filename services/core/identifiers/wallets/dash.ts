import type { Chain } from './chain.ts'
import { beginningWith, hashAddress } from './hash-address.ts'

/** Version bytes of Dash Core's chainparams.cpp: X… pays a key, 7… a script. */
export const dash: Chain = {
  name: 'dash',
  read: hashAddress(beginningWith('X7'), { 0x4c: 0x4c, 0x10: 0x10 }),
}
