import { bech32, bech32m } from '@scure/base'
import { accept, type Checked } from '../../refusal.ts'
import { badChecksum, notThisForm, type ReadAddress } from './chain.ts'

const withHumanPart = (hrp: string) =>
  new RegExp(`^(?:${hrp}1[02-9ac-hj-np-z]{7,83}|${hrp.toUpperCase()}1[02-9AC-HJ-NP-Z]{7,83})$`, 'u')

/** BIP-173: a version 0 program has 20 or 32 bytes; BIP-141: any program has 2 to 40. */
const isProgram = (version: number, length: number): boolean =>
  version === 0 ? length === 20 || length === 32 : version <= 16 && length >= 2 && length <= 40

const isBech32Of = (coder: typeof bech32, address: string): boolean =>
  coder.decodeUnsafe(address, 90) !== undefined

const readProgram = (address: string, newestVersion: number): Checked<ReadAddress> => {
  // BIP-350: version 0 keeps bech32, later versions have bech32m. The other checksum is a wrong
  // one.
  const isVersion0 = address[address.indexOf('1') + 1] === 'q'
  const words = (isVersion0 ? bech32 : bech32m).decodeUnsafe(address, 90)?.words
  if (words === undefined)
    return badChecksum(
      isBech32Of(isVersion0 ? bech32m : bech32, address)
        ? 'version 0 has bech32, later versions bech32m (BIP-350)'
        : undefined,
    )
  const [version = 0, ...program] = words
  const bytes = bech32.fromWordsUnsafe(program)
  return bytes !== undefined && version <= newestVersion && isProgram(version, bytes.length)
    ? accept({ address })
    : notThisForm('no such witness program')
}

/**
 * A segwit address of one network. A writing in capitals only is allowed (QR codes use it), mixed
 * case is not.
 */
export const segwit = (
  hrp: string,
  newestVersion: number,
): ((written: string) => Checked<ReadAddress>) => {
  const form = withHumanPart(hrp)
  return (written) =>
    form.test(written) ? readProgram(written.toLowerCase(), newestVersion) : notThisForm()
}
