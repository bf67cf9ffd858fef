import { randomBytes } from 'node:crypto'
import { hubAudience } from '#core/envelope/envelope.ts'
import { confirmationId } from '#core/said/confirmation-id.ts'
import { buildSaid, type SaidInput } from '#core/said/said.ts'
import { signStatement } from '#core/signing/statement.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { th } from './world.ts'

export type Held = Awaited<ReturnType<typeof envelopeOf>>

export const number = { kind: 'phone-number', subject: { number: '191', defaultCountry: 'TH' } }

export const listed = (more: object = {}): Promise<Held> => envelopeOf(th, { ...number, ...more })

/** The two forms of a confirmation: that of version 1 of the contract, and an SD-JWT. */
export const forms = {
  'statement+jwt': async ({ digest }: Held) => {
    const iat = Math.floor(Date.now() / 1000) + Math.floor(Math.random() * 1000)
    const statement = { iss: 'TH', aud: hubAudience, statement: 'confirm-held' } as const
    return (await signStatement({ ...statement, iat, digest, reason: 'spoofed' }, th)).text
  },
  'statement+sd-jwt': async (held: Held) => (await said(held)).text,
}

export const said = (
  { id, digest }: Pick<Held, 'id' | 'digest'>,
  more: Partial<Pick<SaidInput<'confirmation'>, 'id' | 'disclosed'>> = {},
): Promise<{ text: string; digest: string }> =>
  buildSaid(
    {
      issuer: 'TH',
      audience: hubAudience,
      id: confirmationId(digest),
      type: 'confirmation',
      issuedAt: Math.floor(Date.now() / 1000),
      clear: { digest },
      disclosed: {
        by: { person: 'p-7', agency: 'TH-CCIB' },
        agency: 'TH-CCIB',
        about: { issuer: 'TH', id },
        reason: 'spoofed',
      },
      ...more,
    },
    th,
    randomBytes,
  )
