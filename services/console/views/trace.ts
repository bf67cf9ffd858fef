import type { Micros, Registry } from '#core/registry/registry.ts'
import { formatMicros } from '#core/time.ts'
import { why } from '#core/decide/why.ts'
import { shownOf } from '#core/said/said.ts'
import type { Consent } from '#store/requests/consents.ts'
import type { HandOver } from '#store/handing-over/ledger.ts'
import type { Quarantined } from '#store/log/quarantine.ts'
import type { TracedVersion } from '#store/operators/trace.ts'

const time = (at: Micros | null): string | null => (at === null ? null : formatMicros(at))

/**
 * One notice as an operator sees it, without content: its steps and hand-overs with their times,
 * and the rule for every agency that did not get the content of a version. `mayRead` is decided by
 * the registry as it is now.
 */
export const traceView = (
  id: string,
  versions: readonly TracedVersion[],
  refusals: readonly Quarantined[],
  registry: Registry,
  now: Micros,
): object => ({
  id,
  notices: [...Map.groupBy(versions, (v) => v.issuer)].map(([issuer, ofIssuer]) => ({
    issuer,
    versions: ofIssuer.map((v) => versionView(v, ofIssuer.at(-1)!, registry, now)),
  })),
  refusals: refusals.map(quarantineView),
})

const versionView = (
  v: TracedVersion,
  newest: TracedVersion,
  registry: Registry,
  now: Micros,
): object => ({
  version: v.version,
  kind: v.kind,
  status: v.status,
  digest: v.digest,
  index: v.index,
  registryVersion: v.registryVersion,
  agency: v.marked.agency,
  handling: v.destroyedAt === null ? handlingView(v) : null,
  ...(v.destroyedAt !== null && { contentDestroyed: time(v.destroyedAt) }),
  steps: stepsOf(v),
  deliveries: v.deliveries.map(deliveryView),
  consents: v.consents.map(consentView),
  others: othersOf(v, newest, registry, now),
})

const handlingView = ({ marked: { tlp, codes, purposes, expires } }: TracedVersion): object => ({
  tlp,
  codes,
  purposes,
  expires: time(expires),
})

/**
 * The steps in the order of the notice's life. `at` is null for a step that is not known to have
 * happened.
 */
const stepsOf = (v: TracedVersion): object[] => [
  { step: 'posted', at: time(v.postedAt), by: 'gateway', claimed: true },
  { step: 'signed', at: time(v.signedAt), by: 'gateway', claimed: true },
  { step: 'published', at: time(v.publishedAt), by: 'gateway' },
  { step: 'received', at: time(v.receivedAt), by: 'hub' },
  { step: 'logged', at: time(v.time), by: 'hub', index: v.index },
  { step: 'receipted', at: time(v.receiptedAt), by: 'hub' },
  ...(v.ended === null
    ? []
    : [{ step: 'expired', at: time(v.ended.time), by: 'hub', index: v.ended.index }]),
  ...(v.destroyedAt === null ? [] : [{ step: 'destroyed', at: time(v.destroyedAt), by: 'hub' }]),
]

export const deliveryView = ({
  agency,
  participant,
  client,
  channel,
  topic,
  purpose,
  offeredAt,
  at,
  told,
}: HandOver): object => ({
  agency,
  participant,
  client,
  channel,
  topic,
  purpose,
  offeredAt: time(offeredAt),
  at: time(at),
  told,
})

/**
 * A request to pass the notice on, and its answer. The reasons are left out, because only the two
 * sides may read them.
 */
const consentView = ({ id, participant, agency, client, to, at, answered }: Consent): object => ({
  id,
  participant,
  agency,
  client,
  to,
  at: time(at),
  status: answered?.answer ?? 'waiting',
  answeredAt: time(answered?.at ?? null),
  answeredBy: answered?.agency ?? null,
  until: time(answered?.until ?? null),
})

const othersOf = (
  v: TracedVersion,
  newest: TracedVersion,
  registry: Registry,
  now: Micros,
): object[] => {
  const given = new Set(v.deliveries.filter((d) => d.told === 'content').map((d) => d.agency))
  return [...registry.agencies.values()]
    .filter((agency) => !given.has(agency.id))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((agency) => {
      const { decision, participant, purpose } = why(
        agency,
        { entry: v.marked, newest: newest.marked },
        registry,
        now,
        v.acknowledged.has(agency.id),
      )
      return {
        agency: agency.id,
        participant,
        ...(purpose !== undefined && { purpose }),
        mayRead: decision.content,
        rule: decision.rule,
      }
    })
}

const quarantineView = (q: Quarantined): object => ({
  id: String(q.seq),
  participant: q.participant,
  state: q.state,
  code: q.code,
  pointer: q.pointer,
  detail: q.detail,
  digest: q.digest,
  bytes: q.bytes,
  kept: q.kept,
  topic: q.topic,
  partition: q.partition,
  offset: q.offset,
  receivedAt: time(q.receivedAt),
  receiptedAt: time(q.receiptedAt),
  notice: q.notice,
  version: q.version,
  ...(q.confirmedAt !== null && { confirmedAt: time(q.confirmedAt) }),
})

/**
 * The same for an operator, with the originator's reason for a notice that was held and is logged.
 * The reason is null after its destruction.
 */
export const quarantineForOperator = (q: Quarantined): object => ({
  ...quarantineView(q),
  ...(q.statement !== null && { confirmation: reasonIn(q.statement) }),
})

/**
 * The reason in a statement, in the clear or disclosed. The hub verified the statement when it
 * arrived.
 */
const reasonIn = (statement: string): unknown =>
  statement === '' ? null : shownOf(`${statement}~`)['reason']
