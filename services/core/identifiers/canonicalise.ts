import { refuse, type Checked } from '../refusal.ts'
import { bankAccount } from './bank-account.ts'
import type { Identified, Identifier, Subject } from './canonical.ts'
import { phoneNumber } from './phone-number.ts'
import { walletAddress } from './wallet-address.ts'

/** One line per kind: its name as in `schemas/kinds/`, and the function that reads its subject. */
export const identifiers: Readonly<Record<string, Identifier>> = {
  'phone-number': phoneNumber,
  'bank-account': bankAccount,
  'wallet-address': walletAddress,
}

/** The canonical form of a subject, with what is doubtful about it. Never throws, whatever the subject holds. */
export const canonicalise = (kind: string, subject: object): Checked<Identified> => {
  const identifier = Object.hasOwn(identifiers, kind) ? identifiers[kind] : undefined
  return identifier === undefined ? refuse('notice/unknown-kind', '/kind') : identifier(subject as Subject)
}
