import { randomUUID } from 'node:crypto'

/** Notices whose numbers belong to nobody. */
export const wallet = (more: object = {}): Record<string, unknown> & { id: string } => ({
  id: randomUUID(),
  kind: 'wallet-address',
  subject: { address: '0x098B716B8Aaf21512996dC57EB0615e2383E2f96', chain: 'evm' },
  offences: ['investment-scam'],
  handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
  ...more,
})

export const phone = (more: object = {}): Record<string, unknown> & { id: string } => ({
  id: randomUUID(),
  kind: 'phone-number',
  subject: { number: '+66812345678', role: 'displayed' },
  offences: ['impersonation-scam'],
  handling: { tlp: 'GREEN' },
  ...more,
})

export const account = (more: object = {}): Record<string, unknown> & { id: string } => ({
  id: randomUUID(),
  kind: 'bank-account',
  subject: {
    account: '000-0-12345-6',
    institution: { scheme: 'bic', id: 'KASITHBK' },
    country: 'TH',
    role: 'mule',
  },
  offences: ['money-mule'],
  handling: { tlp: 'GREEN' },
  ...more,
})
