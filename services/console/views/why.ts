import type { Agency, Micros, Registry } from '#core/registry/registry.ts'
import { formatMicros } from '#core/time.ts'
import { waitsFor } from '#core/decide/victim-first.ts'
import { why, type Versions } from '#core/decide/why.ts'
import type { TracedVersion } from '#store/operators/trace.ts'
import { deliveryView } from './trace.ts'

/** The registry to decide by, and the time to decide for. */
export type AsOf = { readonly registry: Registry; readonly at: Micros }

/**
 * Why an agency may or may not have one version: by the registry when it was logged, with no newer
 * version, and as it is now. An agency that one of the registries does not know gets null for it.
 * `headStart`: how long others wait for victim desks, in microseconds.
 */
export const whyView = (
  agency: string,
  v: TracedVersion,
  newest: TracedVersion,
  then: AsOf,
  now: AsOf,
  headStart: Micros,
): object => {
  const asOfNow = decisionView(
    agency,
    { entry: v.marked, newest: newest.marked },
    now,
    v.acknowledged.has(agency),
  )
  return {
    issuer: v.issuer,
    version: v.version,
    index: v.index,
    loggedAt: formatMicros(v.time),
    // When it was logged, the version had not expired, whatever it is now.
    asLogged: decisionView(agency, { entry: asLogged(v), newest: asLogged(v) }, then, false),
    asOfNow,
    waitsFor: asOfNow?.content === true ? waitView(agency, v, now, headStart) : null,
    acknowledged: v.acknowledged.has(agency) ? formatMicros(v.acknowledged.get(agency)!) : null,
    deliveries: v.deliveries.filter((d) => d.agency === agency).map(deliveryView),
  }
}

/**
 * The desks that an agency with the content waits for. As in the feeds, the delivery ledger says
 * which desks were told.
 */
const waitView = (
  agency: string,
  { marked, time, deliveries }: TracedVersion,
  { registry, at }: AsOf,
  headStart: Micros,
): object | null => {
  const told = new Set(deliveries.map((d) => d.agency))
  if (told.has(agency)) return null
  const { participant } = registry.agencies.get(agency)!
  const agencies = waitsFor({ participant, agency }, marked, registry, at, headStart).filter(
    (desk) => !told.has(desk),
  )
  return agencies.length === 0 ? null : { agencies, until: formatMicros(time + headStart) }
}

const asLogged = ({ marked, ended }: TracedVersion): TracedVersion['marked'] =>
  ended === null || marked.status === 'destroyed' ? marked : { ...marked, status: 'active' }

const decisionView = (
  id: string,
  versions: Versions,
  { registry, at }: AsOf,
  acknowledged: boolean,
): { readonly content: boolean; readonly [member: string]: unknown } | null => {
  const agency: Agency | undefined = registry.agencies.get(id)
  if (agency === undefined) return null
  const { purpose, decision } = why(agency, versions, registry, at, acknowledged)
  const { content, existence, withhold, rule, copyTlp, conditions, notToBePassedOn, adviceOnly } =
    decision
  return {
    registryVersion: registry.version,
    at: formatMicros(at),
    purpose: purpose ?? null,
    content,
    existence,
    withhold,
    rule,
    ...(copyTlp !== undefined && { copyTlp }),
    ...(conditions && { conditions }),
    ...(notToBePassedOn && { notToBePassedOn }),
    ...(adviceOnly !== undefined && { adviceOnly }),
  }
}
