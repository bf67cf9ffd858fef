import { base64url, hex } from '@scure/base'
import { accept, refuse, type Checked } from '../../refusal.ts'
import { decodeOrNothing } from './base58-check.ts'
import { badChecksum, notThisForm, tagPointer, type Chain, type ReadAddress } from './chain.ts'

const bounceable = 0x11
const nonBounceable = 0x51
const testOnly = 0x80
const masterchain = 0xff
const longestComment = 123

/** CRC-16/XMODEM (polynomial 0x1021, start 0), as TON's address format asks. */
const crc16 = (bytes: Uint8Array): number => {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}

const readBytes = (bytes: Uint8Array): Checked<ReadAddress> => {
  const [flag = 0, workchain = 0] = bytes
  if (crc16(bytes.subarray(0, 34)) !== ((bytes[34] ?? 0) << 8 | (bytes[35] ?? 0))) return badChecksum()
  if ((flag & testOnly) !== 0) return notThisForm('an address of the test network')
  if (flag !== bounceable && flag !== nonBounceable) return notThisForm('no such flag')
  if (workchain !== 0 && workchain !== masterchain) return notThisForm('no such workchain')
  return accept({ address: `${workchain === masterchain ? -1 : 0}:${hex.encode(bytes.subarray(2, 34))}` })
}

const readFriendly = (written: string): Checked<ReadAddress> => {
  const bytes = decodeOrNothing(base64url, written.replaceAll('+', '-').replaceAll('/', '_'))
  return bytes === undefined ? notThisForm() : readBytes(bytes)
}

const readComment = (tag: string): Checked<string> => {
  const comment = tag.normalize('NFC').trim()
  return comment.length > 0 && comment.length <= longestComment ? accept(comment) : refuse('wallet/bad-tag', tagPointer, `a comment has 1 to ${longestComment} characters`)
}

/** `EQ…` and `UQ…` (in either base 64) are writings of one account, whose raw form is the key; exchanges tell depositors apart by the comment. */
export const ton: Chain = {
  name: 'ton',
  tag: { read: readComment, sharedWithout: true },
  read: (written) => {
    if (/^(?:0|-1):[0-9a-fA-F]{64}$/u.test(written)) return accept({ address: written.toLowerCase(), unchecked: true })
    return /^[A-Za-z0-9_+/-]{48}$/u.test(written) ? readFriendly(written) : notThisForm()
  },
}
