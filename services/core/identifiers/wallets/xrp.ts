import { sha256 } from '@noble/hashes/sha2.js'
import { base58xrp } from '@scure/base'
import { accept, refuse, type Checked } from '../../refusal.ts'
import { readBase58Check } from './base58-check.ts'
import { notThisForm, tagPointer, type Chain, type ReadAddress } from './chain.ts'

const largestTag = 0xffffffff

const classicOf = (account: Uint8Array): string => {
  const body = Uint8Array.of(0, ...account)
  return base58xrp.encode(Uint8Array.of(...body, ...sha256(sha256(body)).subarray(0, 4)))
}

const readClassic = (written: string): Checked<ReadAddress> => {
  const body = readBase58Check(written, 21, base58xrp)
  if (!body.ok) return body
  return body.value[0] === 0 ? accept({ address: written }) : notThisForm('not an account')
}

const unpack = (body: Uint8Array): Checked<ReadAddress> => {
  const address = classicOf(body.subarray(2, 22))
  const view = new DataView(body.buffer, body.byteOffset)
  const [tag, upper] = [view.getUint32(23, true), view.getUint32(27, true)]
  if (body[22] === 0 && tag === 0 && upper === 0) return accept({ address })
  return body[22] === 1 && upper === 0
    ? accept({ address, tag: String(tag) })
    : notThisForm('no such X-address flag')
}

/**
 * XLS-5d: two bytes of network, the account, a flag and a tag of eight bytes in little-endian
 * order.
 */
const readXAddress = (written: string): Checked<ReadAddress> => {
  const body = readBase58Check(written, 31, base58xrp)
  if (!body.ok) return body
  if (body.value[0] === 0x04 && body.value[1] === 0x93)
    return notThisForm('an address of the test network')
  return body.value[0] === 0x05 && body.value[1] === 0x44
    ? unpack(body.value)
    : notThisForm('another network')
}

const readTag = (tag: string): Checked<string> =>
  /^\d{1,10}$/u.test(tag) && Number(tag) <= largestTag
    ? accept(String(Number(tag)))
    : refuse('wallet/bad-tag', tagPointer, 'a destination tag is a number below 2^32')

/**
 * Ripple's alphabet and Base58Check. An X-address packs address and tag together; the key has them
 * apart, in the classic form.
 */
export const xrp: Chain = {
  name: 'xrp',
  tag: { read: readTag, sharedWithout: true },
  read: (written) => {
    if (/^r[1-9A-HJ-NP-Za-km-z]{24,34}$/u.test(written)) return readClassic(written)
    return /^[XT][1-9A-HJ-NP-Za-km-z]{46}$/u.test(written) ? readXAddress(written) : notThisForm()
  },
}
