import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { hubAudience } from '#core/envelope/envelope.ts'
import type { Registry } from '#core/registry/registry.ts'
import { buildSaid, splitSaid } from '#core/said/said.ts'
import type { Signer } from '#core/signing/keys.ts'
import type { Clock } from '#runtime/process/clock.ts'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'
import { appendBatch } from '#store/log/append.ts'
import type { Intake } from '#store/log/intake.ts'
import type { MatchKey } from '#store/log/match.ts'
import { emptyInbox, type InboxRow } from '#store/requests/inbox.ts'
import { entryOf } from './said/entry.ts'

type InboxDeps = {
  readonly pool: Pool
  readonly matchKey: MatchKey
  readonly registry: () => Registry
  readonly signer: Signer
  readonly clock: Clock
  readonly everyMs: number
  readonly log: Log
}

/**
 * Appends what was said at feeds to the log, as entries of the hub's own word that a client said
 * so. Each is logged once, whatever dies when.
 */
export const followInbox = (deps: InboxDeps): { close: () => Promise<void> } => {
  const append = async (rows: readonly InboxRow[]): Promise<void> => {
    const records = await Promise.all(rows.map((row) => intakeOf(row, deps)))
    const { answers } = await appendBatch(deps.pool, deps.matchKey, records, {
      trust: deps.clock.trust,
    })
    for (const { id, state, code } of answers)
      if (state !== 'accepted') deps.log.warn({ id, code }, 'what was said at feeds is not logged')
  }
  return every(
    deps.everyMs,
    async (closing) => {
      while (!closing.aborted && (await emptyInbox(deps.pool, append))) continue
    },
    (error) => deps.log.warn({ err: error }, 'what was said at feeds is not logged; tried again'),
  )
}

const intakeOf = async (
  { id, type, participant, agency, client, about, concerns, said, at }: InboxRow,
  { registry, signer, clock }: InboxDeps,
): Promise<Intake> => {
  const receivedAt = clock.now()
  const { text, digest } = await buildSaid(
    {
      issuer: 'hub',
      audience: hubAudience,
      id,
      type,
      issuedAt: Math.floor(receivedAt / 1_000_000),
      clear: { saidAt: 'feeds', ...said.clear },
      disclosed: { by: { person: client, agency }, about, ...said.disclosed },
    },
    signer,
    randomBytes,
  )
  const raw = Buffer.from(text)
  const split = splitSaid(raw)
  if (!split.ok) throw new TypeError(`the hub's own statement: ${split.refusal.code}`)
  const entry = entryOf(
    { ...split.value, event: type, issuer: participant, id },
    { registry: registry() },
  )
  return {
    participant,
    raw,
    digest: Buffer.from(digest, 'hex'),
    topic: 'inbox',
    partition: 0,
    offset: '0',
    postedAt: at,
    publishedAt: at,
    receivedAt,
    outcome: { ok: true, notice: { ...entry, tokens: [`P:${concerns}`], about } },
  }
}
