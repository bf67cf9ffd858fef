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
  handling: { tlp: 'AMBER', release: { participants: ['KH', 'VN'], partners: ['EXCHANGE-1'] } },
  subject: {
    ...(body['subject'] as object),
    ...(body['kind'] === 'bank-account' && { holder: 'สมชาย ใจดี' }),
  },
})

export const revoked = (): Record<string, unknown> & { id: string } => {
  const { narrative: _, ...rest } = full()
  return { ...rest, reason: 'wrong person' }
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
