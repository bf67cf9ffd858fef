import { accept, type Checked } from '../../refusal.ts'
import { readBase58Check } from './base58-check.ts'
import { notThisForm, type Chain, type ReadAddress } from './chain.ts'
import { segwit } from './segwit.ts'

/** One version byte and a 20-byte hash. `form` is a cheap look before the decoding; the version byte decides. */
export const hashAddress = (versions: readonly number[], form: RegExp): ((written: string) => Checked<ReadAddress>) => (written) => {
  if (!form.test(written)) return notThisForm()
  const body = readBase58Check(written, 21)
  if (!body.ok) return body
  return versions.includes(body.value[0] ?? -1) ? accept({ address: written }) : notThisForm('another network')
}

const legacy = hashAddress([0x00, 0x05], /^[13][1-9A-HJ-NP-Za-km-z]{24,33}$/u)
const bitcoinSegwit = segwit('bc', 16)

/** BIP-13 and BIP-16 (1…, 3…), BIP-173 and BIP-350 (bc1…). */
export const bitcoin: Chain = { name: 'bitcoin', read: (written) => (/^bc1/iu.test(written) ? bitcoinSegwit(written) : legacy(written)) }
