import { catalogue, type Code } from '#core/catalogue/catalogue.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { Due } from '#core/notice/review.ts'
import { formatMicros } from '#core/time.ts'
import type { Confirmation } from '../confirming/confirmation-store.ts'
import type { Delivered } from '../exchange/delivery-store.ts'
import type { ToldStatement } from '../exchange/told-store.ts'
import type { OutboxRow } from '../outbox.ts'
import type { ShownConsent } from '../said/consents.ts'

/**
 * One version as its sender sees it. `status`: how far the submission has come; `noticeStatus`:
 * whether the notice stands; `deliveries`: which other participants were handed which version, and
 * when first; `advice`: what to do next if the hub has not accepted it; `due`: what a standing
 * notice is due for.
 */
export const noticeView = (
  row: OutboxRow,
  deliveries: readonly Delivered[] = [],
  {
    confirmation,
    due,
    reactions,
    consents,
  }: {
    readonly confirmation?: Confirmation | undefined
    readonly due?: readonly Due[]
    readonly reactions?: readonly ToldStatement[] | undefined
    readonly consents?: readonly ShownConsent[]
  } = {},
): object => ({
  id: row.id,
  version: row.version,
  status: row.state,
  noticeStatus: row.status,
  digest: row.digest,
  kind: row.kind,
  canonical: row.canonical,
  warnings: row.warnings,
  agency: row.agency,
  postedAt: formatMicros(row.postedAt),
  review: timeOf(row.review),
  expires: timeOf(row.expires),
  ...(due !== undefined && { due }),
  answeredAt: row.answeredAt === null ? null : formatMicros(row.answeredAt),
  receipt: row.receipt,
  ...adviceOf(row),
  ...(confirmation !== undefined && {
    confirmation: { ...confirmation, confirmedAt: formatMicros(confirmation.confirmedAt) },
  }),
  deliveries,
  ...(reactions !== undefined && { reactions }),
  ...(consents !== undefined && { consents }),
  ...(row.destroyedAt === null
    ? { notice: row.content }
    : { notice: null, contentDestroyed: formatMicros(row.destroyedAt) }),
})

const timeOf = (at: Micros | null): string | null => (at === null ? null : formatMicros(at))

/** The advice of a code, if this gateway knows the code: the hub may be newer. */
export const adviceOf = ({ receipt }: Pick<OutboxRow, 'receipt'>): { readonly advice?: string } => {
  const code = receipt?.['code']
  return typeof code === 'string' && Object.hasOwn(catalogue, code)
    ? { advice: catalogue[code as Code].advice }
    : {}
}
