import { randomBytes, randomUUID } from 'node:crypto'
import { agencies, sender, type Send } from './senders.ts'
import { info, made } from './world.ts'

/*
 * Every request with an id in its path: the ids of others that it could name, an id that nobody
 * has, who asks, and with which body.
 */

export type Requests = Readonly<
  Record<
    string,
    readonly [foreign: readonly string[], absent: string, who: readonly Send[], body?: unknown]
  >
>

const why = { why: 'test' }
const ncb = [sender(info.console.url, info.ncb['KH']!.token)]
const outside = agencies('JP-NPA', 'EXCHANGE-1')
const other = agencies('VN-C06', 'JP-NPA')

export const gatewayRequests = (
  gateway: string,
  token: string,
  foreign: readonly string[],
  next: object,
): Requests => ({
  'gateway GET /v1/notices/{id}': [foreign, randomUUID(), [sender(gateway, token)]],
  'gateway PUT /v1/notices/{id}': [foreign, randomUUID(), [sender(gateway, token)], next],
  'gateway POST /v1/notices/{id}/revoke': [
    foreign,
    randomUUID(),
    [sender(gateway, token)],
    { reason: 'x' },
  ],
  'gateway POST /v1/notices/{id}/confirm': [
    foreign,
    randomUUID(),
    [sender(gateway, token)],
    { reason: 'x' },
  ],
})

/** What another agency of the country said is not there, nor is a notice, by this route. */
export const saidRequests = (url: string, token: string, foreign: readonly string[]): Requests => ({
  'gateway GET /v1/said/{id}': [[made.reaction, ...foreign], randomUUID(), [sender(url, token)]],
})

export const feedRequests = (foreign: readonly string[]): Requests => ({
  'feeds GET /v1/notices/{id}': [
    [...foreign, ...foreign.map((id) => `${id}?issuer=TH`)],
    randomUUID(),
    outside,
  ],
  'feeds POST /v1/notices/{id}/acknowledge-conditions': [foreign, randomUUID(), outside],
  'feeds POST /v1/notices/{id}/consent-requests': [
    foreign,
    randomUUID(),
    outside,
    { to: ['VN'], reason: 'x' },
  ],
  'feeds GET /v1/consent-requests/{id}': [
    [made.consent],
    randomUUID(),
    agencies('VN-C06', 'JP-NPA', 'EXCHANGE-1'),
  ],
  'feeds POST /v1/consent-requests/{id}/answer': [
    [made.consent],
    randomUUID(),
    agencies('KH-ACD', 'VN-C06', 'JP-NPA', 'EXCHANGE-1'),
    { answer: 'granted', reason: 'x' },
  ],
  'feeds GET /v1/submissions/{id}': [
    [made.submission],
    randomUUID(),
    [...agencies('KH-ACD'), ...other],
  ],
  'feeds POST /v1/submissions/{id}/decide': [
    [made.submission],
    randomUUID(),
    [...agencies('KH-ACD', 'EXCHANGE-1'), ...other],
    { decision: 'declined', reason: 'x' },
  ],
})

export const registryRequests = (notice: string): Requests => ({
  'console GET /v1/trace/{id}': [[notice], randomUUID(), ncb],
  'console GET /v1/participants/{id}': [['TH', 'EXCHANGE-1'], 'XX', ncb],
  'console PUT /v1/participants/{id}/grant': [
    ['TH'],
    'XX',
    ncb,
    { grant: { rights: ['read'], purposes: [] }, ...why },
  ],
  'console POST /v1/participants/{id}/suspend': [['TH'], 'XX', ncb, why],
  'console POST /v1/participants/{id}/reinstate': [['TH'], 'XX', ncb, why],
  'console POST /v1/participants/{id}/withdraw': [['TH'], 'XX', ncb, why],
  'console PUT /v1/groups/{id}': [['ASEAN'], 'XX', ncb, { name: 'x', members: ['KH'], ...why }],
})

const clientPaths = [
  'TH/agencies/TH-CCIB/clients/th-ccib-feed',
  'KH/agencies/TH-CCIB/clients/th-ccib-feed',
  'KH/agencies/KH-ACD/clients/th-ccib-feed',
]

export const agencyRequests: Requests = {
  // An agency that is absent would be made by PUT: there it is the participant that is
  // swapped, and what is another's is refused.
  'console PUT /v1/participants/{id}/agencies/{agency}': [
    ['TH/agencies/TH-CCIB', 'TH/agencies/KH-ACD'],
    'XX/agencies/XX-1',
    ncb,
    { name: 'x', rights: ['read'], purposes: ['victim-rescue'], ...why },
  ],
  'console POST /v1/participants/{id}/agencies/{agency}/suspend': [
    ['TH/agencies/TH-CCIB', 'KH/agencies/TH-CCIB', 'TH/agencies/KH-ACD'],
    'KH/agencies/XX-1',
    ncb,
    why,
  ],
  'console POST /v1/participants/{id}/agencies/{agency}/reinstate': [
    ['TH/agencies/TH-CCIB', 'KH/agencies/TH-CCIB', 'TH/agencies/KH-ACD'],
    'KH/agencies/XX-1',
    ncb,
    why,
  ],
  'console PUT /v1/participants/{id}/agencies/{agency}/clients/{client}': [
    ['TH/agencies/TH-CCIB/clients/th-ccib-feed', 'KH/agencies/TH-CCIB/clients/th-ccib-feed'],
    'XX/agencies/XX-1/clients/x',
    ncb,
    { purpose: 'criminal-investigation', ...why },
  ],
  'console POST /v1/participants/{id}/agencies/{agency}/clients/{client}/secret': [
    clientPaths,
    'KH/agencies/KH-ACD/clients/x',
    ncb,
    why,
  ],
  'console POST /v1/participants/{id}/agencies/{agency}/clients/{client}/suspend': [
    clientPaths,
    'KH/agencies/KH-ACD/clients/x',
    ncb,
    why,
  ],
  'console POST /v1/participants/{id}/agencies/{agency}/clients/{client}/reinstate': [
    clientPaths,
    'KH/agencies/KH-ACD/clients/x',
    ncb,
    why,
  ],
}

export const keyAndProposalRequests = (kid: string, proposal: string): Requests => ({
  'console GET /v1/keys/{kid}': [[kid], randomBytes(32).toString('base64url'), ncb],
  'console GET /v1/keys/{kid}/logged': [[kid], randomBytes(32).toString('base64url'), ncb],
  'console POST /v1/keys/{kid}/revoke': [
    [kid],
    randomBytes(32).toString('base64url'),
    ncb,
    { reason: 'superseded', ...why },
  ],
  'console GET /v1/proposals/{id}': [[proposal], '999999', ncb],
  'console POST /v1/proposals/{id}/approve': [[proposal], '999999', ncb, why],
  'console POST /v1/proposals/{id}/reject': [[proposal], '999999', ncb, why],
})
