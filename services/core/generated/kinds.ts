// Generated from schemas/kinds by `npm run generate`; not edited by hand.
import bankAccount from '#schemas/kinds/bank-account.json' with { type: 'json' }
import compound from '#schemas/kinds/compound.json' with { type: 'json' }
import device from '#schemas/kinds/device.json' with { type: 'json' }
import ipAddress from '#schemas/kinds/ip-address.json' with { type: 'json' }
import paymentProxy from '#schemas/kinds/payment-proxy.json' with { type: 'json' }
import phoneNumber from '#schemas/kinds/phone-number.json' with { type: 'json' }
import socialAccount from '#schemas/kinds/social-account.json' with { type: 'json' }
import url from '#schemas/kinds/url.json' with { type: 'json' }
import walletAddress from '#schemas/kinds/wallet-address.json' with { type: 'json' }

export const kinds = ['bank-account', 'compound', 'device', 'ip-address', 'payment-proxy', 'phone-number', 'social-account', 'url', 'wallet-address'] as const
export type KindName = (typeof kinds)[number]

export const subjectSchemas: readonly object[] = [bankAccount, compound, device, ipAddress, paymentProxy, phoneNumber, socialAccount, url, walletAddress]
