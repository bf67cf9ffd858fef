import type { PoolClient } from 'pg'
import type { Micros } from '#core/registry/registry.ts'
import { recordKey, type Intake } from './intake.ts'

/** Which envelopes of version 1 of the contract are still taken. */
export type Contract1 = {
  readonly isTaken: (participant: string, digest: Buffer) => boolean
  /** Takes note of a change-over: from now on these, and those named before, alone are taken. */
  readonly changeOver: (participant: string, stillOpen: readonly Buffer[]) => void
}

/**
 * What the log says of the records of version 1 in a batch: the participants that have changed
 * over, and the records, by `recordKey`, that they named as still open.
 */
type ChangedBefore = { readonly participants: Set<string>; readonly stillOpen: Set<string> }

/**
 * `now`: the database's time. `contract1Ends`: from then on nobody's envelopes of version 1 are
 * logged.
 */
export const contract1For = (
  { participants, stillOpen }: ChangedBefore,
  now: Micros,
  { contract1Ends }: { readonly contract1Ends?: Micros | undefined },
): Contract1 => ({
  isTaken: (participant, digest) => {
    if (contract1Ends !== undefined && now >= contract1Ends) return false
    return !participants.has(participant) || stillOpen.has(recordKey(participant, digest))
  },
  changeOver: (participant, digests) => {
    participants.add(participant)
    for (const digest of digests) stillOpen.add(recordKey(participant, digest))
  },
})

/** The change-overs before this batch, as far as its records of version 1 are concerned. */
export const changedBefore = async (
  client: PoolClient,
  records: readonly Intake[],
): Promise<ChangedBefore> => {
  const first = records.filter(({ outcome }) => outcome.ok && outcome.notice.contract === 1)
  const before: ChangedBefore = { participants: new Set(), stillOpen: new Set() }
  if (first.length === 0) return before
  const { rows } = await client.query<{ participant: string; digest: Buffer; open: boolean }>({
    text: `select r.participant, r.digest, exists (select from still_open o
             where o.participant = r.participant and o.digest = r.digest) as open
           from unnest($1::text[], $2::bytea[]) as r (participant, digest)
           where exists (select from entry e where e.event = 'still-open'
             and e.issuer = r.participant)`,
    values: [first.map((r) => r.participant), first.map((r) => r.digest)],
  })
  for (const { participant, digest, open } of rows) {
    before.participants.add(participant)
    if (open) before.stillOpen.add(recordKey(participant, digest))
  }
  return before
}
