import type { Agency, Micros, Registry } from '#core/registry.ts'
import { formatMicros } from '#core/time.ts'
import { why, type Versions } from '#core/why.ts'
import type { TracedVersion } from '#store/trace.ts'
import { deliveryView } from './trace-view.ts'

/** The registry to decide by, and the time to decide for. */
export type AsOf = { readonly registry: Registry; readonly at: Micros }

/**
 * Why an agency may or may not have one version: as it was when it was logged, with nothing newer, and as it is now. An
 * agency that one of the registries does not know gets null there.
 */
export const whyView = (agency: string, v: TracedVersion, newest: TracedVersion, then: AsOf, now: AsOf): object => ({
  issuer: v.issuer, version: v.version, index: v.index, loggedAt: formatMicros(v.time),
  // The marking was not expired when it was logged, whatever it is now.
  asLogged: decisionView(agency, { entry: asLogged(v), newest: asLogged(v) }, then, false),
  asOfNow: decisionView(agency, { entry: v.marked, newest: newest.marked }, now, v.acknowledged.has(agency)),
  acknowledged: v.acknowledged.has(agency) ? formatMicros(v.acknowledged.get(agency)!) : null,
  deliveries: v.deliveries.filter((d) => d.agency === agency).map(deliveryView),
})

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
