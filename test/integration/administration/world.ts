import t from 'tap'
import { signCountersignature, signProof } from '#core/signing/key-proof.ts'
import type { KeyPurpose } from '#core/registry/registry.ts'
import { parseMicros } from '#core/time.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { importRegistry } from '#store/registry/import.ts'
import { call, type Answer } from '#test/support/clients.ts'
import { startTestConsole } from '#test/support/console.ts'
import { keyPair, type KeyPair } from '#test/support/key-pair.ts'

export const [ncbTh, firstTh] = [keyPair(), keyPair()]

export const bootstrap = {
  participants: [
    ...['TH', 'KH', 'VN'].map((id) => ({ id, type: 'member', name: id })),
    { id: 'EX', type: 'corporate-partner', name: 'Exchange', attachedTo: 'TH' },
  ],
  agencies: [
    {
      id: 'TH-CCIB',
      participant: 'TH',
      name: 'CCIB',
      rights: ['read', 'strict', 'submit'],
      purposes: ['criminal-investigation'],
      roles: [],
    },
    {
      id: 'KH-ACD',
      participant: 'KH',
      name: 'ACD',
      rights: ['read'],
      purposes: ['criminal-investigation'],
      roles: [],
    },
  ],
  groups: [{ id: 'ASEAN', name: 'ASEAN', members: ['TH', 'KH'] }],
  keys: [
    { owner: 'TH', purpose: 'ncb', jwk: ncbTh.jwk },
    { owner: 'TH', purpose: 'notice', jwk: firstTh.jwk },
  ],
  clients: [
    {
      id: 'kh-acd-feed',
      agency: 'KH-ACD',
      purpose: 'criminal-investigation',
      secret: 'a secret of enough length',
    },
  ],
}

export const hub = await startTestConsole(t, (pool) =>
  importRegistry(pool, { who: 'founder', why: 'the beginning' }, bootstrap),
)

export const other = await hub.another()

const tokens = {
  viewer: await hub.token({ sub: 'vera', role: 'viewer' }),
  operator: await hub.token({ sub: 'otto', role: 'operator' }),
  admin: await hub.token({ sub: 'ada', role: 'admin' }),
  second: await hub.token({ sub: 'bert', role: 'admin' }),
  ottoAsAdmin: await hub.token({ sub: 'otto', role: 'admin' }),
  ncbTh: await hub.token({ sub: 'niran', role: 'ncb', participant: 'TH' }),
  ncbKh: await hub.token({ sub: 'kosal', role: 'ncb', participant: 'KH' }),
}

export type Who = keyof typeof tokens

export const ask = (who: Who, path: string, at = hub.url): Promise<Answer> =>
  call(`${at}${path}`, tokens[who])

export const send = (
  who: Who,
  method: 'POST' | 'PUT',
  path: string,
  body: object = {},
): Promise<Answer> =>
  call(`${hub.url}${path}`, tokens[who], {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ why: 'a test', ...body }),
  })

export const post = (who: Who, path: string, body?: object): Promise<Answer> =>
  send(who, 'POST', path, body)

export const put = (who: Who, path: string, body?: object): Promise<Answer> =>
  send(who, 'PUT', path, body)

export const approve = (who: Who, proposal: Answer): Promise<Answer> =>
  post(who, `/v1/proposals/${String(proposal.body['id'])}/approve`)

export const version = async (): Promise<number> => (await loadRegistry(hub.pool)).version

export const nonce = async (who: Who, participant: string): Promise<string> =>
  String((await post2(who, '/v1/keys/nonce', { participant })).body['nonce'])

const post2 = (who: Who, path: string, body: object): Promise<Answer> =>
  call(`${hub.url}${path}`, tokens[who], {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

type Enrolling = {
  participant?: string
  purpose?: KeyPurpose
  valid?: { from?: string; to?: string }
  proof?: string
  countersignature?: string | null
  by?: KeyPair
}

/** Enrols a key as a country does. A given value takes the place of the right one. */
export const enrol = async (
  who: Who,
  key: KeyPair,
  {
    participant = 'TH',
    purpose = 'notice',
    valid,
    proof,
    countersignature,
    by = ncbTh,
  }: Enrolling = {},
): Promise<Answer> => {
  const times = {
    ...(valid?.from !== undefined && { from: parseMicros(valid.from)! }),
    ...(valid?.to !== undefined && { to: parseMicros(valid.to)! }),
  }
  const signed =
    countersignature === undefined
      ? await signCountersignature(
          { owner: participant, kid: key.kid, purpose, valid: times },
          by.signer,
        )
      : countersignature
  return post(who, '/v1/keys', {
    participant,
    purpose,
    jwk: key.jwk,
    ...(valid && { valid }),
    ...(signed !== null && { countersignature: signed }),
    proof:
      proof ??
      (await signProof(
        { nonce: await nonce(who, participant), participant, purpose, kid: key.kid },
        key.signer,
      )),
  })
}
