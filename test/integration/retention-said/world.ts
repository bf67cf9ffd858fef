import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import t from 'tap'
import { hubAudience } from '#core/envelope/envelope.ts'
import type { SaidType } from '#core/said/forms.ts'
import { buildSaid, type SaidInput } from '#core/said/said.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { appendBatch } from '#store/log/append.ts'
import type { Answer, Loggable } from '#store/log/intake.ts'
import { createFeedsWorld, feedReader, token, type FeedsProcess } from '#test/support/feeds.ts'
import { arrived } from '#test/support/intakes.ts'
import { matchKey } from '#test/support/match-key.ts'
import { refusedBy, retentionClockAt } from '#test/support/retention-clock.ts'

export const world = await createFeedsWorld(t)

export const { pool } = world

export const both: readonly (readonly [where: string, feeds: FeedsProcess])[] = [
  ['from memory', await world.start()],
  ['from the database', await world.start({ TAIL_MAX_ENTRIES: '0' })],
]

export const retention = { retentionDays: 1826, victimRetentionDays: 365 }

export const clockAt = (days: number): Promise<void> => retentionClockAt(pool, days)

export const refused = (sql: string): Promise<string> => refusedBy(pool, sql)

const tokens = new Map<string, string>()

for (const client of ['th-ccib', 'kh-acd', 'vn-c06', 'jp-npa'])
  tokens.set(client.toUpperCase(), await token(both[0]![1], client))

export const tokenOf = (agency: string): string => tokens.get(agency)!

export const { readAll } = feedReader(tokenOf)

export const canary = `CANARY-${randomUUID()}`

const signer = createSigner(generateKeyPairSync('ed25519').privateKey)

/** Logs what a gateway says, as the hub's intake does. */
const say = async <T extends SaidType>(
  said: Pick<SaidInput<T>, 'issuer' | 'type' | 'clear' | 'disclosed'>,
  more: Pick<Loggable, 'tokens' | 'about' | 'stillOpen'>,
): Promise<Answer & { readonly id: string }> => {
  const id = randomUUID()
  const { text } = await buildSaid(
    { ...said, audience: hubAudience, id, issuedAt: Math.floor(Date.now() / 1000) },
    signer,
    randomBytes,
  )
  const intake = arrived(text, {
    ...more,
    event: said.type,
    issuer: said.issuer,
    id,
    version: 1,
    status: 'active',
    kind: '',
    canonical: {},
    warnings: [],
    registryVersion: 1,
    expires: null,
    victim: false,
  })
  const { answers } = await appendBatch(pool, matchKey, [intake])
  return { ...answers[0]!, id }
}

/** KH reacts to a notice of TH. */
export const reactTo = (notice: string): ReturnType<typeof say> => {
  const about = { issuer: 'TH', id: notice }
  const by = { person: canary, agency: 'KH-ACD' }
  return say<'reaction'>(
    {
      issuer: 'KH',
      type: 'reaction',
      clear: { reaction: 'seen-too' },
      disclosed: { by, agency: 'KH-ACD', about, note: canary },
    },
    { tokens: ['P:TH'], about },
  )
}

/** A participant changes over to version 2 of the contract. */
export const changeOver = (issuer: string): ReturnType<typeof say> =>
  say<'still-open'>(
    { issuer, type: 'still-open', clear: { digests: ['00'.repeat(32)] }, disclosed: {} },
    { tokens: [`P:${issuer}`], stillOpen: [Buffer.alloc(32)] },
  )

type Kept = {
  readonly index: number
  readonly version: number
  readonly event: string
  readonly time: number
  readonly statement: string
  readonly disclosures: string
  readonly salt: Buffer
  readonly leaf: Buffer
  readonly destroyed: boolean
}

/** The entries under an id, in the order of the log. */
export const entriesOf = async (id: string): Promise<Kept[]> =>
  (
    await pool.query<Kept>(
      `select index, version, event, time, statement, disclosures, salt, leaf,
       destroyed_at is not null as destroyed from entry where id = $1 order by index`,
      [id],
    )
  ).rows

export const settled = (): Promise<void> => world.settled(both.map(([, feeds]) => feeds))
