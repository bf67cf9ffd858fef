// Generated from schemas/kinds by `npm run generate`; not edited by hand.
import bankAccount from '#schemas/kinds/bank-account.json' with { type: 'json' }
import phoneNumber from '#schemas/kinds/phone-number.json' with { type: 'json' }
import walletAddress from '#schemas/kinds/wallet-address.json' with { type: 'json' }

export const kinds = ['bank-account', 'phone-number', 'wallet-address'] as const
export type KindName = (typeof kinds)[number]

export const subjectSchemas: readonly object[] = [bankAccount, phoneNumber, walletAddress]
