import { sha256 } from '@noble/hashes/sha2.js'
import { bech32, bech32m, createBase58check } from '@scure/base'
import { accept, type Checked } from '../../refusal.ts'
import { readBase58Check } from './base58-check.ts'
import { badChecksum, notThisForm, type Chain, type ReadAddress } from './chain.ts'

const keyHash = [0x1c, 0xb8]
const scriptHash = [0x1c, 0xbd]
const sprout = [0x16, 0x9a]
const base58Check = createBase58check(sha256)

const readVersioned = (
  written: string,
  length: number,
  versions: readonly (readonly number[])[],
): Checked<ReadAddress> => {
  const body = readBase58Check(written, length)
  if (!body.ok) return body
  const isKnown = versions.some(
    ([first, second]) => body.value[0] === first && body.value[1] === second,
  )
  return isKnown ? accept({ address: written }) : notThisForm('another network')
}

const readBech = (
  coder: typeof bech32,
  written: string,
  sizes: { readonly least: number; readonly most: number },
): Checked<{ text: string; bytes: Uint8Array }> => {
  const text = written.toLowerCase()
  if (written !== text && written !== written.toUpperCase()) return notThisForm('mixed case')
  const words = coder.decodeUnsafe(text, false)?.words
  if (words === undefined) return badChecksum()
  const bytes = coder.fromWordsUnsafe(words)
  return bytes !== undefined && bytes.length >= sizes.least && bytes.length <= sizes.most
    ? accept({ text, bytes: Uint8Array.from(bytes) })
    : notThisForm()
}

const asWritten = (read: ReturnType<typeof readBech>): Checked<ReadAddress> =>
  read.ok ? accept({ address: read.value.text }) : read

/** ZIP-320: the same key hash as a t1 address, for payments from transparent funds only. */
const readTex = (written: string): Checked<ReadAddress> => {
  const read = readBech(bech32m, written, { least: 20, most: 20 })
  return read.ok
    ? accept({ address: base58Check.encode(Uint8Array.of(...keyHash, ...read.value.bytes)) })
    : read
}

/**
 * Transparent t1… and t3… and Sprout zc… (protocol specification §5.6.1, §5.6.2), Sapling zs1…
 * (§5.6.3.1), unified u1… (ZIP-316), tex1… (ZIP-320).
 */
const read = (written: string): Checked<ReadAddress> => {
  if (/^t[13][1-9A-HJ-NP-Za-km-z]{33}$/u.test(written))
    return readVersioned(written, 22, [keyHash, scriptHash])
  if (/^zc[1-9A-HJ-NP-Za-km-z]{93}$/u.test(written)) return readVersioned(written, 66, [sprout])
  if (/^zs1[02-9ac-hj-np-z]{75}$/iu.test(written))
    return asWritten(readBech(bech32, written, { least: 43, most: 43 }))
  if (/^tex1[02-9ac-hj-np-z]{38}$/iu.test(written)) return readTex(written)
  // F4Jumble (ZIP-316) needs 48 bytes; a unified address of all receiver types has fewer than 256.
  return /^u1[02-9ac-hj-np-z]{80,420}$/iu.test(written)
    ? asWritten(readBech(bech32m, written, { least: 48, most: 256 }))
    : notThisForm()
}

export const zcash: Chain = { name: 'zcash', read }
