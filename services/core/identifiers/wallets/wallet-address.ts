import { accept, refuse, type Checked, type Warning } from '../../refusal.ts'
import type { Identified, Identifier } from '../canonical.ts'
import { soundCell } from '../cell.ts'
import { dropInvisible } from '../fold.ts'
import { optionalText, requiredText } from '../members.ts'
import { addressPointer, tagPointer, walletKey, type Chain, type ReadAddress } from './chain.ts'
import { inferChain, namedChain } from './infer.ts'

/**
 * Addresses have no white space. White space in one comes from line breaks in documents and chats.
 */
const tidy = (written: string): string => dropInvisible(written).replace(/\s/gu, '')

const readTag = (
  chain: Chain,
  read: ReadAddress,
  written: string | undefined,
): Checked<string | undefined> => {
  if (written === undefined) return accept(read.tag)
  if (chain.tag === undefined || read.takesNoTag === true)
    return refuse('wallet/tag-not-allowed', tagPointer)
  const tag = chain.tag.read(written)
  if (tag.ok && read.tag !== undefined && read.tag !== tag.value)
    return refuse('wallet/bad-tag', tagPointer, `the address itself holds the tag ${read.tag}`)
  return tag
}

const warningsOf = (read: ReadAddress, shared: boolean): Warning[] => [
  ...(read.unchecked === true
    ? [{ code: 'wallet/unchecked', pointer: addressPointer } as const]
    : []),
  ...(read.warnings ?? []),
  ...(shared ? [{ code: 'wallet/no-tag', pointer: addressPointer } as const] : []),
]

const identify = (chain: Chain, read: ReadAddress, tag: string | undefined): Identified => {
  const shared = tag === undefined && chain.tag?.sharedWithout === true
  return {
    canonical: {
      key: walletKey(chain.name, read.address, tag),
      ...(read.links !== undefined && { links: read.links }),
      ...(shared && { shared }),
      chain: chain.name,
      address: read.address,
      ...(tag !== undefined && { tag }),
    },
    warnings: warningsOf(read, shared),
  }
}

/**
 * Reads `address`, `chain` if more than one fits, and `tag` if the chain has one. The key is
 * `<chain>:<address>[:<tag>]`, for example `tron:TR7N…` and `evm:0x…` in small letters.
 */
export const walletAddress: Identifier = (subject) => {
  const written = requiredText(subject, 'address')
  if (!written.ok) return written
  const cell = soundCell(written.value, addressPointer, 'name')
  if (!cell.ok) return cell
  const name = optionalText(subject, 'chain')
  if (!name.ok) return name
  const tag = optionalText(subject, 'tag')
  if (!tag.ok) return tag
  const address = tidy(written.value)
  const found = name.value === undefined ? inferChain(address) : namedChain(name.value, address)
  if (!found.ok) return found
  const { chain, read } = found.value
  const tagRead = readTag(chain, read, tag.value)
  return tagRead.ok ? accept(identify(chain, read, tagRead.value)) : tagRead
}
