import { thumbprint } from '#core/signing/keys.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { RegistryAction } from '#core/registry/action.ts'
import { stateOf, type Proposal } from '#core/registry/proposal.ts'
import { formatMicros } from '#core/time.ts'

const timeOrNull = (at: Micros | undefined): string | null =>
  at === undefined ? null : formatMicros(at)

/**
 * An action for people: times in UTC, with the fingerprint of a key, which two persons compare by
 * telephone.
 */
const actionView = (a: RegistryAction): object => {
  if (a.action === 'enrol-key')
    return {
      ...a,
      kid: thumbprint(a.jwk),
      valid: { from: timeOrNull(a.valid.from), to: timeOrNull(a.valid.to) },
    }
  return a.action === 'revoke-key' ? { ...a, suspectedSince: timeOrNull(a.suspectedSince) } : a
}

export const proposalView = (p: Proposal, now: Micros): object => ({
  id: String(p.id),
  state: stateOf(p, now),
  action: actionView(p.action),
  participant: p.participant,
  proposedBy: p.proposedBy.who,
  proposedAt: formatMicros(p.at),
  why: p.why,
  expires: formatMicros(p.expires),
  registryVersion: p.registryVersion,
  inForceSince: p.inForceSince,
  decisions: p.decisions.map((d) => ({ ...d, at: formatMicros(d.at) })),
})
