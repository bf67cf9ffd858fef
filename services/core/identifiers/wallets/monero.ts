import { keccak_256 } from '@noble/hashes/sha3.js'
import { base58xmr, hex } from '@scure/base'
import { accept, refuse, type Checked } from '../../refusal.ts'
import { readBase58Check } from './base58-check.ts'
import { notThisForm, tagPointer, type Chain, type ReadAddress } from './chain.ts'

const standard = 18
const integrated = 19
const subaddress = 42
const keysLength = 65

const encode = (body: Uint8Array): string =>
  base58xmr.encode(Uint8Array.of(...body, ...keccak_256(body).subarray(0, 4)))

/** An integrated address is a standard address with a payment id of 8 bytes, which is its tag. */
const unpack = (body: Uint8Array): ReadAddress => ({
  address: encode(Uint8Array.of(standard, ...body.subarray(1, keysLength))),
  tag: hex.encode(body.subarray(keysLength)),
})

const readBody = (written: string, body: Uint8Array): Checked<ReadAddress> => {
  if (encode(body) !== written) return notThisForm('not the canonical base 58')
  if (body.length > keysLength)
    return body[0] === integrated ? accept(unpack(body)) : notThisForm('another network')
  if (body[0] === subaddress) return accept({ address: written, takesNoTag: true })
  return body[0] === standard ? accept({ address: written }) : notThisForm('another network')
}

const readPaymentId = (tag: string): Checked<string> =>
  /^(?:[0-9a-f]{16}|[0-9a-f]{64})$/iu.test(tag)
    ? accept(tag.toLowerCase())
    : refuse('wallet/bad-tag', tagPointer, 'a payment id has 16 or 64 hexadecimal digits')

/**
 * Base 58 in blocks, a network byte, two public keys and four bytes of Keccak (monero-project,
 * cryptonote_basic_impl.cpp).
 */
export const monero: Chain = {
  name: 'monero',
  tag: { read: readPaymentId },
  read: (written) => {
    const extra = written.length === 95 ? 0 : 8
    if (!/^[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?$/u.test(written))
      return notThisForm()
    const body = readBase58Check(written, keysLength + extra, base58xmr, keccak_256)
    return body.ok ? readBody(written, body.value) : body
  },
}
