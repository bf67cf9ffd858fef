import { randomBytes, randomUUID } from 'node:crypto'
import { hubAudience } from '#core/envelope/envelope.ts'
import { buildSaid } from '#core/said/said.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { account } from '#test/support/notices.ts'
import type { Country, World } from './world.ts'

/** What a gateway signed. `first`: a notice of version 1 of the contract. */
export type Genuine = {
  readonly by: Country
  readonly id: string
  readonly text: string
  readonly digest: string
  readonly first: boolean
}

/** With all that restricts who sees it, and what a reader is told to do with it. */
const content = (by: Country, contract: 1 | 2): Record<string, unknown> & { id: string } => ({
  ...account(),
  agency: `${by}-CCIB`,
  evaluation: { source: 'B', information: '2' },
  operatorStatus: 'confirmed-victim',
  narrative: 'x',
  caseReference: 'CIB-1',
  language: 'th',
  handling: {
    tlp: 'AMBER',
    release: { participants: ['*'], exclude: [by === 'TH' ? 'KH' : 'TH'] },
    ...(contract === 2 && { tellEnquiries: true, blindContact: false }),
  },
})

const by = (country: Country) => ({ person: 'p-7', agency: `${country}-CCIB` })

const notice = async (
  { signers }: World,
  country: Country,
  contract: 1 | 2,
  more: object = {},
): Promise<Genuine> => {
  const made = await envelopeOf(
    signers[country],
    { ...content(country, contract), ...more },
    { issuer: country, contract },
  )
  return { ...made, text: made.envelope, by: country, first: contract === 1 }
}

const revocation = async ({ signers }: World, country: Country, id: string): Promise<Genuine> => {
  const made = await envelopeOf(
    signers[country],
    { id, kind: 'bank-account', agency: `${country}-CCIB`, reason: 'another person' },
    { issuer: country, version: 2, status: 'revoked' },
  )
  return { ...made, text: made.envelope, by: country, first: false }
}

const said = async (
  { signers }: World,
  country: Country,
  parts: Pick<Parameters<typeof buildSaid>[0], 'type' | 'clear' | 'disclosed'>,
): Promise<Genuine> => {
  const id = randomUUID()
  const common = { issuer: country, audience: hubAudience, id }
  const issuedAt = Math.floor(Date.now() / 1000)
  const made = await buildSaid({ ...common, issuedAt, ...parts }, signers[country], randomBytes)
  return { ...made, id, by: country, first: false }
}

/** A gateway's change-over, which names what of version 1 it still sends. */
export const stillOpen = (
  world: World,
  country: Country,
  digests: readonly string[],
): Promise<Genuine> =>
  said(world, country, { type: 'still-open', clear: { digests: [...digests] }, disclosed: {} })

const reaction = (world: World, country: Country, about: Genuine): Promise<Genuine> =>
  said(world, country, {
    type: 'reaction',
    clear: { reaction: 'seen-too' },
    disclosed: {
      by: by(country),
      agency: `${country}-CCIB`,
      about: { issuer: about.by, id: about.id },
      note: 'x',
    },
  })

export type Round = {
  /** Logged before the tries, so that the others have something to be about. */
  readonly before: readonly Genuine[]
  /** What is altered, and then sent or lost. */
  readonly genuine: readonly Genuine[]
}

/** One of each form, for one country. */
export const roundOf = async (world: World, country: Country): Promise<Round> => {
  const target = await notice(world, country, 2, {
    handling: { tlp: 'GREEN' },
    operatorStatus: 'suspect',
  })
  const ended = await notice(world, country, 2)
  const other = country === 'TH' ? 'KH' : 'TH'
  return {
    before: [target, ended],
    genuine: [
      await notice(world, country, 1),
      await notice(world, country, 1),
      await notice(world, country, 2),
      await notice(world, country, 2),
      await revocation(world, country, ended.id),
      await reaction(world, other, target),
      await reaction(world, other, target),
      await stillOpen(world, 'TH', []),
    ],
  }
}
