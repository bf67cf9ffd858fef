import { refuse, type Checked } from '../refusal.ts'
import type { KindName } from '../generated/kinds.ts'
import { bankAccount } from './bank/bank-account.ts'
import type { Identified, Identifier, Subject } from './canonical.ts'
import { compound } from './compound.ts'
import { device } from './device/device.ts'
import { ipAddress } from './ip/ip-address.ts'
import { paymentProxy } from './proxies/payment-proxy.ts'
import { phoneNumber } from './phone/phone-number.ts'
import { socialAccount } from './social/social-account.ts'
import { url } from './url.ts'
import { walletAddress } from './wallets/wallet-address.ts'

/** The function that reads the subject of each kind, by the kind's name in `schemas/kinds/`. */
export const identifiers: Readonly<Record<KindName, Identifier>> = {
  'bank-account': bankAccount,
  compound: compound,
  device: device,
  'ip-address': ipAddress,
  'payment-proxy': paymentProxy,
  'phone-number': phoneNumber,
  'social-account': socialAccount,
  url: url,
  'wallet-address': walletAddress,
}

const isKind = (kind: string): kind is KindName => Object.hasOwn(identifiers, kind)

/**
 * The canonical form of a subject, with warnings of what is doubtful. Never throws, whatever the
 * subject holds.
 */
export const canonicalise = (kind: string, subject: object): Checked<Identified> =>
  isKind(kind) ? identifiers[kind](subject as Subject) : refuse('notice/unknown-kind', '/kind')
