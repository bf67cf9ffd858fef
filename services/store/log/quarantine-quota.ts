import type { PoolClient } from 'pg'
import { recordKey, type NewRefusal } from './intake.ts'

/** What one participant's refused records may take. What is held is kept whatever it takes. */
export type QuarantineQuota = {
  readonly rowsPerDay: number
  readonly bytesPerDay: number
  /** In all, until bytes are destroyed. */
  readonly bytes: number
}

export const defaultQuarantineQuota = {
  rowsPerDay: 100_000,
  bytesPerDay: 256 * 1024 ** 2,
  bytes: 4 * 1024 ** 3,
} as const satisfies QuarantineQuota

const sampleBytes = 256
/** Beyond so many times the rows of a day, a refused record is counted and leaves no row. */
const rowsOfSamples = 10
const dayMicros = 86_400_000_000

/** A refusal with what is kept of its bytes. */
export type KeptRefusal = NewRefusal & { readonly raw: Buffer }

type Use = {
  participant: string
  day: number
  rows: number
  bytes: number
  kept: number
  sampled: number
  leftOut: number
}

/**
 * Decides what is kept of each refusal, and counts it. A record without a row is answered as any
 * other; if it comes again it is judged again. `waiting`: the records that are held, by
 * `recordKey`: a record that was held keeps its row. Call it under the sequencer's lock.
 */
export const withinQuota = async (
  client: PoolClient,
  refusals: readonly NewRefusal[],
  waiting: ReadonlySet<string>,
  quota: QuarantineQuota,
): Promise<KeptRefusal[]> => {
  const uses = await readUses(client, refusals)
  const kept = refusals.flatMap((refusal): KeptRefusal[] => {
    const { participant, digest, raw, receivedAt } = refusal.intake
    const use = ofDay(uses, participant, Math.floor(receivedAt / dayMicros))
    const mustStay = refusal.answer.state === 'held' || waiting.has(recordKey(participant, digest))
    if (!mustStay && use.rows >= quota.rowsPerDay * rowsOfSamples) {
      use.leftOut += 1
      return []
    }
    const whole = mustStay || fits(use, raw.length, quota)
    const bytes = Buffer.from(whole ? raw : raw.subarray(0, sampleBytes))
    if (bytes.length < raw.length) use.sampled += 1
    use.rows += 1
    use.bytes += bytes.length
    use.kept += bytes.length
    return [{ ...refusal, raw: bytes }]
  })
  await writeUses(client, [...uses.values()])
  return kept
}

const fits = (use: Use, bytes: number, quota: QuarantineQuota): boolean =>
  use.rows < quota.rowsPerDay &&
  use.bytes + bytes <= quota.bytesPerDay &&
  use.kept + bytes <= quota.bytes

const ofDay = (uses: Map<string, Use>, participant: string, day: number): Use => {
  const none = { participant, day, rows: 0, bytes: 0, kept: 0, sampled: 0, leftOut: 0 }
  const use = uses.get(participant) ?? none
  uses.set(participant, use)
  if (use.day < day) Object.assign(use, { day, rows: 0, bytes: 0 })
  return use
}

const columns = `participant, day, rows_today as rows, bytes_today as bytes, kept_bytes as kept,
  sampled, left_out as "leftOut"`

const readUses = async (
  client: PoolClient,
  refusals: readonly NewRefusal[],
): Promise<Map<string, Use>> => {
  const { rows } = await client.query<Use>({
    name: 'quarantine-use',
    text: `select ${columns} from quarantine_use where participant = any ($1::text[])`,
    values: [[...new Set(refusals.map(({ intake }) => intake.participant))]],
  })
  return new Map(rows.map((use) => [use.participant, use]))
}

const writeUses = async (client: PoolClient, uses: readonly Use[]): Promise<void> => {
  const of = <T>(pick: (use: Use) => T): T[] => uses.map(pick)
  await client.query({
    name: 'count-quarantine-use',
    text: `insert into quarantine_use (participant, day, rows_today, bytes_today, kept_bytes,
        sampled, left_out)
      select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[],
        $6::bigint[], $7::bigint[])
      on conflict (participant) do update set day = excluded.day,
        rows_today = excluded.rows_today, bytes_today = excluded.bytes_today,
        kept_bytes = excluded.kept_bytes, sampled = excluded.sampled,
        left_out = excluded.left_out`,
    values: [
      of((u) => u.participant),
      of((u) => u.day),
      of((u) => u.rows),
      of((u) => u.bytes),
      of((u) => u.kept),
      of((u) => u.sampled),
      of((u) => u.leftOut),
    ],
  })
}
