import type { Pool, PoolClient } from 'pg'
import { contentOf, type Disclosure } from '#core/envelope/envelope.ts'
import type { DisclosureName } from '#core/disclosures.ts'
import type { EnvelopePayload } from '#core/generated/types.ts'
import type { Micros } from '#core/registry/registry.ts'

/** One notice log entry as the hub stores it. Times are microseconds. */
export type StoredEntry = {
  readonly index: number
  readonly time: Micros
  readonly event: 'notice' | 'expired'
  readonly issuer: string
  readonly id: string
  readonly version: number
  readonly status: 'active' | 'revoked' | 'expired'
  readonly kind: string
  readonly subjectKey: string
  readonly statement: string
  readonly disclosures: readonly Disclosure[]
  readonly canonical: Readonly<Record<string, unknown>>
  readonly warnings: readonly object[]
  readonly tokens: readonly string[]
  readonly registryVersion: number
  readonly salt: Buffer
  /** When its content and salt were; then its texts are empty. */
  readonly destroyedAt: Micros | null
  /** The signed payload, and the content with every disclosure. */
  readonly payload: EnvelopePayload
  readonly content: Readonly<Record<string, unknown>>
}

export type EntryRow = Omit<StoredEntry, 'disclosures' | 'payload' | 'content' | 'tokens'> & {
  readonly disclosures: string
  readonly tokens: string[]
}

export const entryColumns = `e.index, e.time, e.event, e.issuer, e.id, e.version, e.status, e.kind,
  e.subject_key as "subjectKey", e.statement, e.disclosures, e.canonical, e.warnings, e.tokens,
  e.registry_version as "registryVersion", e.salt, e.destroyed_at as "destroyedAt"`

/** Row to entry. The bytes were verified when they were logged; here they are only taken apart. */
export const entryOf = (row: EntryRow): StoredEntry => {
  const payload = JSON.parse(
    Buffer.from(row.statement.split('.')[1]!, 'base64url').toString(),
  ) as EnvelopePayload
  const disclosures = row.disclosures === '' ? [] : row.disclosures.split('~').map(disclosureOf)
  return { ...row, disclosures, payload, content: contentOf(payload, disclosures) }
}

const disclosureOf = (encoded: string): Disclosure => {
  const [, name, value] = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as [
    string,
    DisclosureName,
    unknown,
  ]
  return { name, encoded, value }
}

/** Every version of one notice id, oldest first; several issuers may use the same id. */
export const readNoticeVersions = async (
  db: Pool | PoolClient,
  id: string,
  issuer?: string,
): Promise<StoredEntry[]> => {
  const { rows } = await db.query<EntryRow>({
    name: 'notice-versions',
    text: `select ${entryColumns} from entry e where e.id = $1 and ($2::text is null
      or e.issuer = $2) order by e.index`,
    values: [id, issuer ?? null],
  })
  return rows.map(entryOf)
}

/** Entries from `after` (exclusive), in order: what fills the memory of a feed. */
export const readLog = async (
  db: Pool | PoolClient,
  after: number,
  limit: number,
): Promise<StoredEntry[]> => {
  const { rows } = await db.query<EntryRow>({
    name: 'read-log',
    text: `select ${entryColumns} from entry e where e.index > $1 order by e.index limit $2`,
    values: [after, limit],
  })
  return rows.map(entryOf)
}

/** The last index of the log; -1 when it is empty. */
export const readHead = async (db: Pool | PoolClient): Promise<number> => {
  const { rows } = await db.query<{ head: number }>({
    name: 'read-head',
    text: 'select next_index - 1 as head from sequencer',
  })
  return rows[0]!.head
}
