import { randomBytes } from 'node:crypto'
import { buildEnvelope, type EnvelopeInput } from '#core/envelope/build-envelope.ts'
import type { Signer } from '#core/signing/keys.ts'
import { wallet } from './notices.ts'

/** An envelope as a gateway of TH signs it, with whatever a test changes. */
export const envelopeOf = async (
  signer: Signer,
  content: Record<string, unknown> = {},
  more: Partial<EnvelopeInput> = {},
): Promise<{ id: string; envelope: string; digest: string }> => {
  const { agency = 'TH-CCIB' } = content
  const by = more.contract === 1 ? {} : { by: { person: 'p-7', agency } }
  const body = { ...wallet(), agency, ...by, ...content }
  const built = await buildEnvelope(
    {
      issuer: 'TH',
      audience: 'switchboard-hub',
      version: 1,
      status: 'active',
      issuedAt: Math.floor(Date.now() / 1000),
      content: body,
      ...more,
    },
    signer,
    randomBytes,
  )
  return { id: body.id, ...built }
}

/** The same JWS under another header, signed again: what a holder of the key could make. */
export const withHeader = async (
  envelope: string,
  header: object | string,
  signer: Signer,
): Promise<string> => {
  const [jws, ...disclosures] = envelope.split('~')
  const encoded = Buffer.from(
    typeof header === 'string' ? header : JSON.stringify(header),
  ).toString('base64url')
  const input = `${encoded}.${jws!.split('.')[1]}`
  const signature = Buffer.from(await signer.sign(Buffer.from(input))).toString('base64url')
  return [`${input}.${signature}`, ...disclosures].join('~')
}

/** The same with a changed payload, signed again. */
export const withPayload = async (
  envelope: string,
  change: (payload: Record<string, unknown>) => unknown,
  signer: Signer,
): Promise<string> => {
  const [jws, ...disclosures] = envelope.split('~')
  const [header, payload] = jws!.split('.')
  const changed = change(
    JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Record<string, unknown>,
  )
  const text = typeof changed === 'string' ? changed : JSON.stringify(changed)
  const input = `${header}.${Buffer.from(text).toString('base64url')}`
  const signature = Buffer.from(await signer.sign(Buffer.from(input))).toString('base64url')
  return [`${input}.${signature}`, ...disclosures].join('~')
}
