import { base64url, hex } from '@scure/base'
import { accept, refuse, type Checked } from '../../refusal.ts'
import { crc16 } from '../crc16.ts'
import { decodeOrNothing } from './base58-check.ts'
import { badChecksum, notThisForm, tagPointer, type Chain, type ReadAddress } from './chain.ts'

const bounceable = 0x11
const nonBounceable = 0x51
const testOnly = 0x80
const masterchain = 0xff
const longestComment = 123

const readBytes = (bytes: Uint8Array): Checked<ReadAddress> => {
  const [flag = 0, workchain = 0] = bytes
  if (crc16(bytes.subarray(0, 34), 0) !== (((bytes[34] ?? 0) << 8) | (bytes[35] ?? 0)))
    return badChecksum()
  if ((flag & testOnly) !== 0) return notThisForm('an address of the test network')
  if (flag !== bounceable && flag !== nonBounceable) return notThisForm('no such flag')
  if (workchain !== 0 && workchain !== masterchain) return notThisForm('no such workchain')
  return accept({
    address: `${workchain === masterchain ? -1 : 0}:${hex.encode(bytes.subarray(2, 34))}`,
  })
}

const readFriendly = (written: string): Checked<ReadAddress> => {
  const bytes = decodeOrNothing(base64url, written.replaceAll('+', '-').replaceAll('/', '_'))
  return bytes === undefined ? notThisForm() : readBytes(bytes)
}

const readComment = (tag: string): Checked<string> => {
  const comment = tag.normalize('NFC').trim()
  return comment.length > 0 && comment.length <= longestComment
    ? accept(comment)
    : refuse('wallet/bad-tag', tagPointer, `a comment has 1 to ${longestComment} characters`)
}

/**
 * Reads `EQ…` and `UQ…` (in either base 64), which are writings of one account. The key is its raw
 * form. Exchanges distinguish their depositors by the comment.
 */
export const ton: Chain = {
  name: 'ton',
  tag: { read: readComment, sharedWithout: true },
  read: (written) => {
    if (/^(?:0|-1):[0-9a-fA-F]{64}$/u.test(written))
      return accept({ address: written.toLowerCase(), unchecked: true })
    return /^[A-Za-z0-9_+/-]{48}$/u.test(written) ? readFriendly(written) : notThisForm()
  },
}
