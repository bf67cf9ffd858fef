import { formatMicros } from '#core/time.ts'
import type { Delivered } from './delivery-store.ts'
import type { OutboxRow } from './outbox.ts'

/** What the sender sees of one version. `status` is how far it has come; `noticeStatus` whether it stands; `deliveries` to which other
 * participants the hub handed which version, and when first. */
export const noticeView = (row: OutboxRow, deliveries: readonly Delivered[] = []): object => ({
  id: row.id, version: row.version, status: row.state, noticeStatus: row.status, digest: row.digest, kind: row.kind,
  canonical: row.canonical, warnings: row.warnings, agency: row.agency, postedAt: formatMicros(row.postedAt),
  answeredAt: row.answeredAt === null ? null : formatMicros(row.answeredAt), receipt: row.receipt, deliveries,
  notice: row.content,
})
