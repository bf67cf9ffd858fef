import type { Chain } from './chain.ts'
import { beginningWith, hashAddress } from './hash-address.ts'
import { segwit } from './segwit.ts'

const hash = hashAddress(beginningWith('DE'), { 0x1e: 0x1e, 0x21: 0x21 })
const vergeSegwit = segwit('vg', 0)

/**
 * Version bytes and human-readable part of Verge's chainparams.cpp.
 */
export const verge: Chain = {
  name: 'verge',
  read: (written) => (/^vg1/iu.test(written) ? vergeSegwit(written) : hash(written)),
}
