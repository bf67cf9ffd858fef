import type { Agency, Micros, Registry } from '#core/registry.ts'
import { formatMicros } from '#core/time.ts'
import { waitsFor } from '#core/victim-first.ts'
import { why, type Versions } from '#core/why.ts'
import type { TracedVersion } from '#store/trace.ts'
import { deliveryView } from './trace-view.ts'

/** The registry to decide by, and the time to decide for. */
export type AsOf = { readonly registry: Registry; readonly at: Micros }

/**
 * Why an agency may or may not have one version: as it was when it was logged, with nothing newer, and as it is now. An
 * agency that one of the registries does not know gets null there. `headStart`: microseconds that others wait for victim desks.
 */
export const whyView = (agency: string, v: TracedVersion, newest: TracedVersion, then: AsOf, now: AsOf, headStart: Micros): object => ({
  issuer: v.issuer, version: v.version, index: v.index, loggedAt: formatMicros(v.time),
  // The marking was not expired when it was logged, whatever it is now.
  asLogged: decisionView(agency, { entry: asLogged(v), newest: asLogged(v) }, then, false),
  asOfNow: decisionView(agency, { entry: v.marked, newest: newest.marked }, now, v.acknowledged.has(agency)),
  waitsFor: waitView(agency, v, now, headStart),
  acknowledged: v.acknowledged.has(agency) ? formatMicros(v.acknowledged.get(agency)!) : null,
  deliveries: v.deliveries.filter((d) => d.agency === agency).map(deliveryView),
})

/** As feeds decides it: the delivery ledger says which desks were told. */
const waitView = (id: string, { marked, time, acknowledged, deliveries }: TracedVersion, { registry, at }: AsOf, headStart: Micros): object | null => {
  const agency = registry.agencies.get(id)
  const told = new Set(deliveries.map((d) => d.agency))
  if (agency === undefined || told.has(id)) return null
  const { participant, purpose, decision } = why(agency, { entry: marked, newest: marked }, registry, at, acknowledged.has(id))
  if (!decision.content) return null
  const agencies = waitsFor({ participant, agency: id, ...(purpose !== undefined && { purpose }) }, marked, registry, at, headStart).filter((desk) => !told.has(desk))
  return agencies.length === 0 ? null : { agencies, until: formatMicros(time + headStart) }
}

const asLogged = ({ marked, ended }: TracedVersion): TracedVersion['marked'] => (ended === null || marked.status === 'destroyed' ? marked : { ...marked, status: 'active' })

const decisionView = (id: string, versions: Versions, { registry, at }: AsOf, acknowledged: boolean): object | null => {
  const agency: Agency | undefined = registry.agencies.get(id)
  if (agency === undefined) return null
  const { purpose, decision } = why(agency, versions, registry, at, acknowledged)
  const { content, existence, withhold, rule, copyTlp, conditions, notToBePassedOn, adviceOnly } = decision
  return {
    registryVersion: registry.version, at: formatMicros(at), purpose: purpose ?? null, content, existence, withhold, rule,
    ...(copyTlp !== undefined && { copyTlp }), ...(conditions && { conditions }), ...(notToBePassedOn && { notToBePassedOn }),
    ...(adviceOnly !== undefined && { adviceOnly }),
  }
}
