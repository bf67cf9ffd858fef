import { randomUUID } from 'node:crypto'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import { randomBytes } from 'node:crypto'
import type { Signer } from '#core/signing/keys.ts'
import { loadSigner } from '#runtime/keys/signer.ts'
import type { BenchSystem } from './bench-system.ts'

/** A notice of usual size, about 700 bytes. Each has another number. */
export const benchNotice = (
  i: number,
  more: object = {},
): Record<string, unknown> & { id: string } => ({
  id: randomUUID(),
  kind: 'phone-number',
  subject: { number: `+668${String(i % 100_000_000).padStart(8, '1')}`, role: 'displayed' },
  offences: ['investment-scam', 'impersonation-scam'],
  observed: { first: '2026-11-01T02:00:00Z', last: '2026-11-20T09:30:00Z' },
  evaluation: { source: 'B', information: '2' },
  operatorStatus: 'suspect',
  handling: {
    tlp: 'AMBER',
    codes: ['H0'],
    purposes: ['criminal-investigation'],
    release: { participants: ['KH'] },
  },
  caseReference: `CIB-2026-${i}`,
  language: 'en',
  narrative:
    'Caller poses as a bank officer and asks the victim to move savings to a safe account; ' +
    'the same script was heard in four complaints of the week.',
  ...more,
})

export type Signed = {
  readonly id: string
  readonly participant: string
  readonly envelope: string
}

const agencies = { TH: 'TH-CCIB', KH: 'KH-ACD', VN: 'VN-C06' } as const
export type Submitter = keyof typeof agencies
export type Signatory = {
  readonly participant: string
  readonly agency: string
  readonly signer: Signer
}

/** Envelopes as gateways sign them, by each of the participants in turn. */
export const signNotices = async (
  { keys }: BenchSystem,
  count: number,
  participants: readonly Submitter[],
  more: object = {},
): Promise<Signed[]> =>
  signAs(
    await Promise.all(
      participants.map(async (p) => ({
        participant: p,
        agency: agencies[p],
        signer: await loadSigner(keys.notice[p].file),
      })),
    ),
    count,
    more,
  )

export const signAs = async (
  signatories: readonly Signatory[],
  count: number,
  more: object = {},
): Promise<Signed[]> => {
  const signed: Signed[] = []
  for (let from = 0; from < count; from += 500) {
    signed.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(500, count - from) }, async (_, i) => {
          const { participant, agency, signer } = signatories[(from + i) % signatories.length]!
          const by = { person: 'bench', agency }
          const content = { ...benchNotice(from + i, more), agency, by }
          const issuedAt = Math.floor(Date.now() / 1000)
          const { envelope } = await buildEnvelope(
            {
              issuer: participant,
              audience: 'switchboard-hub',
              version: 1,
              status: 'active',
              issuedAt,
              content,
            },
            signer,
            randomBytes,
          )
          return { id: content.id, participant, envelope }
        }),
      )),
    )
  }
  return signed
}

/** Puts the envelopes into the participants' topics, as relays do. */
export const publishSigned = async (
  { messages }: Pick<BenchSystem, 'messages'>,
  signed: readonly Signed[],
): Promise<void> => {
  for (const [participant, of] of Map.groupBy(signed, (s) => s.participant)) {
    for (let from = 0; from < of.length; from += 500) {
      await messages.publish(
        `submitted.${participant}`,
        of.slice(from, from + 500).map((s) => ({ key: s.id, value: Buffer.from(s.envelope) })),
      )
    }
  }
}
