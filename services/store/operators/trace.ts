import type { Pool } from 'pg'
import type { Marked } from '#core/decide/decide.ts'
import { destroyedMark } from '#core/decide/marked.ts'
import type { Micros } from '#core/registry/registry.ts'
import { markedBy, openTexts, type EntryTexts } from '../log/entry-texts.ts'
import { markingColumn } from '../log/rows.ts'
import { consentsOf, type Consent } from '../requests/consents.ts'
import { deliveriesOf, type HandOver } from '../handing-over/ledger.ts'

/** One logged version of a notice with its times, without its content. */
export type TracedVersion = {
  readonly issuer: string
  readonly id: string
  readonly version: number
  readonly kind: string
  readonly status: 'active' | 'revoked' | 'expired'
  readonly index: number
  readonly time: Micros
  readonly digest: string
  readonly registryVersion: number
  /** What `decide` reads. Operators do not see it. */
  readonly marked: Marked
  /** Null if the content is destroyed. */
  readonly signedAt: Micros | null
  readonly destroyedAt: Micros | null
  /** The time of the POST as the gateway states it; null if it states none. */
  readonly postedAt: Micros | null
  readonly publishedAt: Micros
  readonly receivedAt: Micros
  /** When the receipts of the batch were sent; null before that. */
  readonly receiptedAt: Micros | null
  /** The hub's own entry on the end of this version, if there is one. */
  readonly ended: { readonly index: number; readonly time: Micros } | null
  readonly deliveries: readonly HandOver[]
  /** H2: who asked to pass the notice on, and the answers. */
  readonly consents: readonly Consent[]
  /** The agencies that acknowledged this version's conditions, with the time. */
  readonly acknowledged: ReadonlyMap<string, Micros>
}

/** The most versions of one id that a trace reads: the newest ones. */
const maxVersions = 200

type Row = EntryTexts & {
  marking: string | null
  index: number
  time: Micros
  event: 'notice' | 'expired'
  issuer: string
  id: string
  version: number
  status: 'active' | 'revoked' | 'expired'
  kind: string
  registryVersion: number
  destroyedAt: Micros | null
  digest: string
  postedAt: Micros | null
  publishedAt: Micros
  receivedAt: Micros
  receiptedAt: Micros | null
}

/**
 * Every logged version under an id, of one issuer or of all issuers that use the id, in the order
 * of the log.
 */
export const traceNotice = async (
  pool: Pool,
  id: string,
  issuer?: string,
): Promise<TracedVersion[]> => {
  const { rows } = await pool.query<Row>({
    name: 'trace-notice',
    text: `select e.index, e.time, e.event, e.issuer, e.id, e.version, e.status, e.kind,
             e.statement, e.disclosures, ${markingColumn}, e.registry_version as "registryVersion",
             e.destroyed_at as "destroyedAt", encode(e.digest, 'hex') as digest,
             e.posted_at as "postedAt", e.published_at as "publishedAt",
             e.received_at as "receivedAt", r.sent_at as "receiptedAt"
           from entry e left join receipt_batch r on r.batch = e.batch and r.participant = e.issuer
           where e.id = $1 and ($2::text is null or e.issuer = $2) order by e.time desc limit $3`,
    values: [id, issuer ?? null, maxVersions],
  })
  const ends = rows.filter((row) => row.event === 'expired')
  const versions = rows.filter((row) => row.event === 'notice').toReversed()
  const [acknowledged, consents] = await Promise.all([
    readAcknowledgements(pool, id),
    consentsOf(pool, id),
  ])
  return Promise.all(
    versions.map(async (row) => {
      const ended = ends.find((end) => end.issuer === row.issuer && end.version === row.version)
      const ofVersion = consents.filter(
        ({ notice }) => notice.issuer === row.issuer && notice.version === row.version,
      )
      return {
        ...traced(
          row,
          ended,
          await deliveriesOf(pool, row.index),
          acknowledged.get(`${row.issuer} ${row.version}`) ?? new Map(),
        ),
        consents: ofVersion,
      }
    }),
  )
}

const traced = (
  row: Row,
  ended: Row | undefined,
  deliveries: readonly HandOver[],
  acknowledged: ReadonlyMap<string, Micros>,
): Omit<TracedVersion, 'consents'> => {
  const opened = row.destroyedAt === null ? openTexts(row) : undefined
  const status = ended === undefined ? row.status : 'expired'
  return {
    issuer: row.issuer,
    id: row.id,
    version: row.version,
    kind: row.kind,
    status,
    index: row.index,
    time: row.time,
    digest: row.digest,
    registryVersion: row.registryVersion,
    destroyedAt: row.destroyedAt,
    marked:
      opened === undefined
        ? destroyedMark(row.issuer, row.time)
        : markedBy({ ...row, status }, opened),
    signedAt: opened === undefined ? null : opened.payload.iat * 1_000_000,
    postedAt: row.postedAt,
    publishedAt: row.publishedAt,
    receivedAt: row.receivedAt,
    receiptedAt: row.receiptedAt,
    ended: ended === undefined ? null : { index: ended.index, time: ended.time },
    deliveries,
    acknowledged,
  }
}

const readAcknowledgements = async (
  pool: Pool,
  id: string,
): Promise<Map<string, Map<string, Micros>>> => {
  const { rows } = await pool.query<{ version: string; agency: string; at: Micros }>({
    name: 'acknowledgements-of-notice',
    text: `select issuer || ' ' || version as version, agency, at from acknowledgement
      where notice_id = $1`,
    values: [id],
  })
  const byVersion = Map.groupBy(rows, (row) => row.version)
  return new Map(
    [...byVersion].map(([version, list]) => [
      version,
      new Map(list.map((row) => [row.agency, row.at])),
    ]),
  )
}
