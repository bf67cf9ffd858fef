import { randomBytes, randomUUID } from 'node:crypto'
import { hubAudience } from '#core/envelope/envelope.ts'
import type { Statement } from '#core/generated/types.ts'
import { buildSaid } from '#core/said/said.ts'
import type { Signer } from '#core/signing/keys.ts'
import { signStatement } from '#core/signing/statement.ts'
import { flipped, kh, stranger, th } from './world.ts'

export const statementOf = async (
  signer: Signer,
  digest: string,
  more: Partial<Statement> = {},
): Promise<Buffer> =>
  Buffer.from(
    (
      await signStatement(
        {
          iss: 'TH',
          aud: hubAudience,
          iat: Math.floor(Date.now() / 1000),
          statement: 'confirm-held',
          digest,
          reason: 'spoofed caller ID',
          ...more,
        },
        signer,
      )
    ).text,
  )

/** A word of TH-CCIB, whoever signs it. */
const saidBy = async (signer: Signer, issuer: string, digest: string): Promise<Buffer> => {
  const by = { person: 'p', agency: 'TH-CCIB' }
  const about = { issuer: 'TH', id: randomUUID() }
  const { text } = await buildSaid(
    {
      issuer,
      audience: hubAudience,
      id: randomUUID(),
      type: 'confirmation',
      issuedAt: 1,
      clear: { digest },
      disclosed: { by, about, reason: 'spoofed caller ID' },
    },
    signer,
    randomBytes,
  )
  return Buffer.from(text)
}

/** What confirms no held notice of TH with this digest: title, topic, bytes and the refusal. */
export const wrongWords = async (digest: string): Promise<[string, string, Buffer, string][]> => [
  [
    "another country's word on its own topic",
    'KH',
    await statementOf(kh, digest, { iss: 'KH' }),
    'never-list/not-held',
  ],
  [
    "another country's word of the other form",
    'KH',
    await saidBy(kh, 'KH', digest),
    'envelope/not-authorised',
  ],
  [
    'a word of the other form in the name of another',
    'KH',
    await saidBy(kh, 'TH', digest),
    'envelope/wrong-issuer',
  ],
  [
    "another country's word on the originator's topic",
    'TH',
    await statementOf(kh, digest),
    'envelope/wrong-signer',
  ],
  ['a word by nobody', 'TH', await statementOf(stranger, digest), 'envelope/unknown-key'],
  [
    'a word in the name of another',
    'TH',
    await statementOf(th, digest, { iss: 'KH' }),
    'envelope/wrong-issuer',
  ],
  [
    'a word for elsewhere',
    'TH',
    await statementOf(th, digest, { aud: 'elsewhere' }),
    'envelope/wrong-issuer',
  ],
  [
    'a word on what nobody sent',
    'TH',
    await statementOf(th, '0'.repeat(64)),
    'never-list/not-held',
  ],
  [
    'another word',
    'TH',
    await statementOf(th, digest, { statement: 'publish' as 'confirm-held' }),
    'statement/not-readable',
  ],
  [
    'a word with a member more',
    'TH',
    await statementOf(th, digest, { urgent: true } as Partial<Statement>),
    'statement/not-readable',
  ],
  [
    'an altered word',
    'TH',
    await statementOf(th, digest).then((word) =>
      Buffer.from(flipped(word.toString(), word.length - 40)),
    ),
    'envelope/bad-signature',
  ],
]
