import { generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import { buildEnvelope, type EnvelopeInput } from '#core/envelope/build-envelope.ts'
import { openEnvelope, splitEnvelope } from '#core/envelope/envelope.ts'
import type { Checked } from '#core/refusal.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { account, phone, wallet } from '#test/support/notices.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')

export const signer = createSigner(privateKey)

export const isSigned = (input: string, signature: Uint8Array): boolean =>
  verify(null, Buffer.from(input), publicKey, signature)

export const full = (body = account()): Record<string, unknown> & { id: string } => ({
  ...body,
  agency: 'TH-CCIB',
  evaluation: { source: 'B', information: '2' },
  operatorStatus: 'suspect',
  advice: 'block',
  narrative: 'โทรมาหลอก \u{1F4DE} "quoted"',
  caseReference: 'CIB-1',
  contact: { name: 'Desk' },
  language: 'th',
  links: [{ id: '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11', relation: 'pays-into' }],
  campaign: 'golden-harbour',
  loss: { amount: { value: '1250000.50', currency: 'THB' }, victims: 3 },
  modus: ['cold-call'],
  by: { person: 'p-7', agency: 'TH-CCIB' },
  handling: {
    tlp: 'AMBER',
    pap: 'GREEN',
    release: { participants: ['KH', 'VN'], partners: ['EXCHANGE-1'] },
    tellEnquiries: true,
    blindContact: false,
  },
  subject: {
    ...(body['subject'] as object),
    ...(body['kind'] === 'bank-account' && { holder: 'สมชาย ใจดี' }),
  },
})

/** All that a revocation signs. */
export const revoked = (): Record<string, unknown> & { id: string } => {
  const { id, kind, agency, by } = full()
  return { id, kind, agency, by, reason: 'wrong person' }
}

/** The same notice in version 1 of the contract, which has fewer members. */
export const full1 = (): Record<string, unknown> & { id: string } => {
  const { links: _l, campaign: _c, loss: _o, modus: _m, by: _b, handling, ...rest } = full()
  const {
    pap: _p,
    tellEnquiries: _t,
    blindContact: _bc,
    ...kept
  } = handling as Record<string, unknown>
  return { ...rest, id: rest.id, handling: kept }
}

export const build = async (
  content: Record<string, unknown> & { id: string },
  more: Partial<EnvelopeInput> = {},
): Promise<string> =>
  (
    await buildEnvelope(
      {
        issuer: 'TH',
        audience: 'switchboard-hub',
        version: 1,
        status: 'active',
        issuedAt: Math.floor(Date.now() / 1000) - 5,
        content,
        ...more,
      },
      signer,
      randomBytes,
    )
  ).envelope

const value = <T>(checked: Checked<T>): T => {
  if (!checked.ok) throw new Error(checked.refusal.code)
  return checked.value
}

export const opened = (envelope: string) => {
  const raw = value(splitEnvelope(Buffer.from(envelope)))
  return { raw, ...value(openEnvelope(raw)) }
}

export const samples = {
  full: full(),
  phone: full(phone()),
  wallet: full(wallet()),
  bare: { ...wallet(), agency: 'TH-CCIB' },
  'next to nothing': phone(),
}
