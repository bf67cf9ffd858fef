import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import t from 'tap'
import { hubAudience, splitEnvelope } from '#core/envelope/envelope.ts'
import { buildSaid } from '#core/said/said.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { appendBatch } from '#store/log/append.ts'
import type { Intake, Loggable } from '#store/log/intake.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { arrived } from '#test/support/intakes.ts'
import { createFeedsWorld, forKh, type Content } from '#test/support/feeds.ts'
import { matchKey } from '#test/support/match-key.ts'
import { retentionClockAt } from '#test/support/retention-clock.ts'

export const world = await createFeedsWorld(t)

export const { pool } = world

export const inMemory = await world.start()

export const inDatabase = await world.start({ TAIL_MAX_ENTRIES: '0' })

export const retention = { retentionDays: 1826, victimRetentionDays: 365 }

export const clockAt = (days: number): Promise<void> => retentionClockAt(pool, days)

export const canary = `CANARY-${randomUUID()}`

export const number = '+66819731357'

const secrets = { narrative: `so ${canary} it is`, caseReference: canary, subject: { number } }

export const plain = forKh(secrets)

export const victim = forKh({ ...secrets, operatorStatus: 'possible-victim' })

export const cleared = forKh({ ...secrets, operatorStatus: 'confirmed-victim' })

const revoked = forKh(secrets)

await world.append([
  { content: plain },
  { content: { ...plain, narrative: canary }, version: 2 },
  { content: victim },
  { content: cleared },
  { content: { ...cleared, operatorStatus: 'suspect' }, version: 2 },
  { content: revoked },
  { content: { ...revoked, narrative: undefined, reason: canary }, version: 2, status: 'revoked' },
])

const signer = createSigner(generateKeyPairSync('ed25519').privateKey)

/** The result of intake for a content, without the checks of intake. */
export const intakeOf = async (
  content: Content,
  outcome: (notice: Loggable) => Intake['outcome'],
  more: Partial<Intake> = {},
): Promise<Intake> => {
  const { envelope } = await envelopeOf(signer, content)
  const split = splitEnvelope(Buffer.from(envelope))
  if (!split.ok) throw new Error(split.refusal.code)
  const notice: Loggable = {
    event: 'notice',
    issuer: 'TH',
    id: content.id,
    version: 1,
    status: 'active',
    kind: 'phone-number',
    canonical: { key: number },
    warnings: [],
    tokens: ['P:TH'],
    registryVersion: 1,
    expires: null,
    victim: false,
    jws: split.value.jws,
    disclosures: split.value.disclosures,
  }
  return {
    participant: 'TH',
    raw: Buffer.from(envelope),
    digest: createHash('sha256').update(envelope).digest(),
    topic: 'submitted.TH',
    partition: 0,
    offset: '1',
    postedAt: null,
    publishedAt: nowMicros(),
    receivedAt: nowMicros(),
    outcome: outcome(notice),
    ...more,
  }
}

const hold = { code: 'never-list/held', detail: canary } as const

const refused = forKh(secrets)

const waiting = forKh(secrets)

export const confirmed = forKh(secrets)

export const first = await intakeOf(confirmed, (notice) => ({
  ok: true,
  notice: { ...notice, hold },
}))

await appendBatch(pool, matchKey, [
  await intakeOf(refused, () => ({
    ok: false,
    held: false,
    refusal: { code: 'notice/unknown-member', pointer: `/${canary}`, detail: canary },
  })),
  await intakeOf(waiting, (notice) => ({ ok: true, notice: { ...notice, hold } })),
  first,
])

const { hold: _, ...released } = (first.outcome as Extract<Intake['outcome'], { ok: true }>).notice

const about = { issuer: 'TH', id: confirmed.id }

const word = await buildSaid(
  {
    issuer: 'TH',
    audience: hubAudience,
    id: randomUUID(),
    type: 'confirmation',
    issuedAt: 1,
    clear: { digest: first.digest.toString('hex') },
    disclosed: { by: { person: canary, agency: 'TH-CCIB' }, about, reason: canary },
  },
  signer,
  randomBytes,
)

const { answers } = await appendBatch(pool, matchKey, [
  arrived(word.text, {
    ...released,
    event: 'confirmation',
    id: randomUUID(),
    kind: '',
    canonical: {},
    about,
    confirms: { ...first, outcome: { ok: true, notice: released } },
  }),
])

if (answers[0]?.state !== 'accepted') throw new Error(answers[0]?.code)

// what the program of before kept beside the log
await pool.query(
  `insert into confirmation (participant, digest, statement, statement_digest, received_at)
    select participant, digest, $1, '\\x01', 1 from quarantine where notice_id = $2`,
  [Buffer.from(`a word on ${canary}`), confirmed.id],
)

await pool.query(
  `insert into consent_request (id, digest, issuer, notice_id, version, participant, agency, client,
    recipients, reason, at) values ($1, '\\x01', 'TH', $2, 2, 'KH', 'KH-ACD', 'kh-acd', '{VN}', $3,
    1)`,
  [randomUUID(), plain.id, canary],
)

await pool.query(
  `insert into consent_answer (request, answer, reason, agency, client, at)
    select id, 'granted', $1, 'TH-CCIB', 'th-ccib', 1 from consent_request`,
  [canary],
)

const submitted = randomUUID()

await pool.query(
  `insert into submission (id, digest, participant, agency, client, body, canonical, warnings, at)
    values ($1, '\\x01', 'EXCHANGE-1', 'EXCHANGE-1', 'exchange-1', $2, $3, '[]', $4)`,
  [submitted, JSON.stringify(secrets), JSON.stringify({ key: number }), nowMicros()],
)

await pool.query(
  `insert into submission_decision (submission, decision, reason, participant, agency, client, at)
    values ($1, 'declined', $2, 'TH', 'TH-CCIB', 'th-ccib', 1)`,
  [submitted, canary],
)

await world.settled([inMemory, inDatabase])
