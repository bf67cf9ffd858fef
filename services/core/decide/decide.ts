import { identify, originates, type Asked } from './asked.ts'
import { copyFor } from './copy.ts'
import { denied, type Decision, type Marked, type Reader, type Rule } from './decision.ts'
import { notUnderstood } from './marking.ts'
import { isExcluded } from './release.ts'
import { openingOf, tlps } from './tlp.ts'
import { disclosures, type DisclosureName } from '../disclosures.ts'
import type { Micros, Registry } from '../registry/registry.ts'

export type { Decision, Marked, Reader, Release, Rule } from './decision.ts'

/**
 * Who may see what: the one decision behind every read. It is pure and total, and denies what no
 * rule allows. `registry` is the registry to decide by and `now` the time to decide for, so that
 * "why" can be asked of any version of it. services/core/README.md has the same rules as a table
 * that a test reads.
 */
export const decide = (
  reader: Reader,
  notice: Marked,
  registry: Registry,
  now: Micros,
): Decision => {
  const known = identify(reader, registry, now)
  if (typeof known === 'string') return denied(known)
  if (notice.status === 'destroyed') return denied('destroyed')
  if (originates(known, notice)) return toOriginator

  const tlp = tlps.get(notice.tlp)
  if (tlp === undefined) return denied('unknown-tlp')
  const fault = notUnderstood(notice, tlp)
  if (fault !== undefined) return denied(fault)

  const asked: Asked = { ...known, notice, registry, now }
  if (isExcluded(asked)) return denied('excluded')
  const grant = openingOf(tlp, asked)
  if (!grant.open) return denied(grant.rule)
  const missing = missingRight(asked, reader)
  if (missing !== undefined) return denied(missing)
  if (!inTime(asked)) return { ...denied('expired'), existence: true }
  const copy = given(asked, grant.rule, reader)
  return notice.status === 'revoked' ? { ...copy, content: false, rule: 'revoked' } : copy
}

const toOriginator: Decision = { content: true, existence: true, withhold: [], rule: 'originator' }

/**
 * An agency that does not hold the asked purpose may read nothing, not even a notice for every
 * purpose.
 */
const missingRight = ({ agency, notice }: Asked, { purpose }: Reader): Rule | undefined => {
  if (!agency.rights.includes('read')) return 'no-right'
  if (purpose !== undefined && !agency.purposes.includes(purpose)) return 'purpose-not-held'
  return notice.purposes === null || (purpose !== undefined && notice.purposes.includes(purpose))
    ? undefined
    : 'purpose'
}

/** Half open: at the time of its expiry a notice is expired. */
const inTime = ({ notice, now }: Asked): boolean =>
  notice.status !== 'expired' && (notice.expires === null || now < notice.expires)

const given = (asked: Asked, rule: Rule, reader: Reader): Decision => {
  const copy = copyFor(asked)
  return copy.conditions && reader.acknowledged !== true
    ? {
        ...copy,
        withhold: disclosures,
        content: false,
        existence: true,
        rule: 'conditions-not-acknowledged',
      }
    : { ...copy, content: true, existence: true, rule }
}

/**
 * The members to withhold once the value of the advice is known: advice that equals `adviceOnly` is
 * given.
 */
export const withheld = (decision: Decision, advice: unknown): readonly DisclosureName[] =>
  decision.content && advice === decision.adviceOnly
    ? decision.withhold.filter((name) => name !== 'advice')
    : decision.withhold
