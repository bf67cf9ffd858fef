import { base58 } from '@scure/base'
import { accept } from '../../refusal.ts'
import { decodeOrNothing } from './base58-check.ts'
import { notThisForm, type Chain } from './chain.ts'

/**
 * A bech32 address has one case. With one character mistyped (an l as 1) it can be base 58 of 32
 * bytes. Of Solana's own addresses fewer than one in 10^8 have one case but for one letter.
 */
const mayBeBech32 = (written: string): boolean => {
  const letters = written.replace(/\d/gu, '')
  const capitals = letters.replace(/[a-z]/gu, '').length
  return letters.length > 1 && Math.min(capitals, letters.length - capitals) <= 1
}

/**
 * Solana addresses have no checksum, so a mistyped address is another address. The warning says to
 * compare it.
 */
export const solana: Chain = {
  name: 'solana',
  sharesFormWith: (address) => (mayBeBech32(address) ? 'a mistyped bech32 address' : undefined),
  read: (written) => {
    if (!/^[1-9A-HJ-NP-Za-km-z]{32,44}$/u.test(written)) return notThisForm()
    return decodeOrNothing(base58, written)?.length === 32
      ? accept({ address: written, unchecked: true })
      : notThisForm('not 32 bytes')
  },
}
