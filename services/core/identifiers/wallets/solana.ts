import { base58 } from '@scure/base'
import { accept } from '../../refusal.ts'
import { decodeOrNothing } from './base58-check.ts'
import { notThisForm, type Chain } from './chain.ts'

/** Thirty-two bytes in base 58 and no checksum, so a mistyped address is another address: the warning says to compare. */
export const solana: Chain = {
  name: 'solana',
  read: (written) => {
    if (!/^[1-9A-HJ-NP-Za-km-z]{32,44}$/u.test(written)) return notThisForm()
    return decodeOrNothing(base58, written)?.length === 32 ? accept({ address: written, unchecked: true }) : notThisForm('not 32 bytes')
  },
}
