import { accept, type Checked } from '../../refusal.ts'
import { readBase58Check } from './base58-check.ts'
import { decodeCashAddress, encodeCashAddress } from './cash-address.ts'
import { badChecksum, notThisForm, type Chain, type ReadAddress } from './chain.ts'
import { beginningWith } from './hash-address.ts'

const legacyForm = beginningWith('13')
const cashForm = /^(?:bitcoincash:)?([qpzr][02-9ac-hj-np-z]{41,60})$/u

/**
 * Version bytes by what they pay to: a key hash of 20 bytes, a script hash of 20 or 32. The
 * token-aware types of CashTokens (z…, r…) name the same output as the plain ones.
 */
const plainVersion: Readonly<Record<number, { readonly version: number; readonly size: number }>> =
  {
    0x00: { version: 0x00, size: 20 },
    0x08: { version: 0x08, size: 20 },
    0x0b: { version: 0x0b, size: 32 },
    0x10: { version: 0x00, size: 20 },
    0x18: { version: 0x08, size: 20 },
    0x1b: { version: 0x0b, size: 32 },
  }

const readCash = (text: string): Checked<ReadAddress> => {
  const decoded = decodeCashAddress(text)
  if (decoded === 'checksum') return badChecksum()
  const plain = plainVersion[decoded?.version ?? -1]
  if (decoded === undefined || plain === undefined || plain.size !== decoded.hash.length)
    return notThisForm('no such CashAddr type')
  return accept({ address: encodeCashAddress({ version: plain.version, hash: decoded.hash }) })
}

const readLegacy = (written: string): Checked<ReadAddress> => {
  const body = readBase58Check(written, 21)
  if (!body.ok) return body
  const version = { 0x00: 0x00, 0x05: 0x08 }[body.value[0] ?? -1]
  return version === undefined
    ? notThisForm('another network')
    : accept({ address: encodeCashAddress({ version, hash: body.value.subarray(1) }) })
}

/**
 * Reads CashAddr with or without its prefix, in small or capital letters, and the form from before
 * 2018. The key has the CashAddr form without prefix.
 */
export const bitcoinCash: Chain = {
  name: 'bitcoin-cash',
  read: (written) => {
    if (legacyForm.test(written)) return readLegacy(written)
    const text = cashForm.exec(
      written === written.toUpperCase() ? written.toLowerCase() : written,
    )?.[1]
    return text === undefined ? notThisForm() : readCash(text)
  },
}
