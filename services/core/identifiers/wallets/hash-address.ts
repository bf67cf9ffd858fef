import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'
import { accept, type Checked } from '../../refusal.ts'
import { readBase58Check } from './base58-check.ts'
import { notThisForm, type ReadAddress } from './chain.ts'

const base58Check = createBase58check(sha256)

/**
 * One version byte and a 20-byte hash, the form that Bitcoin and its relatives share. `form` is a
 * cheap look before decoding. `versions` decides, and maps a version that is out of use to the one
 * in use, since both name the same output.
 */
export const hashAddress =
  (
    form: RegExp,
    versions: Readonly<Record<number, number>>,
  ): ((written: string) => Checked<ReadAddress>) =>
  (written) => {
    if (!form.test(written)) return notThisForm()
    const body = readBase58Check(written, 21)
    if (!body.ok) return body
    const [version = -1, ...hash] = body.value
    const canonical = versions[version]
    if (canonical === undefined) return notThisForm('another network')
    return accept({
      address:
        canonical === version ? written : base58Check.encode(Uint8Array.of(canonical, ...hash)),
    })
  }

/** Base-58 letters after the first one: 25 bytes have at most 34 of them. */
export const beginningWith = (first: string): RegExp =>
  new RegExp(`^[${first}][1-9A-HJ-NP-Za-km-z]{24,33}$`, 'u')
