import { checkCountersignature } from '../signing/key-proof.ts'
import { thumbprint } from '../signing/keys.ts'
import { refuse, type Refusal } from '../refusal.ts'
import {
  admitParticipant,
  effective,
  enrolKey,
  revokeKey,
  setGrant,
  setGroup,
  setParticipantStanding,
  withdrawParticipant,
  type RegistryChange,
} from './change.ts'
import { checkRegistryFile } from './file.ts'
import {
  covers,
  type Grant,
  type KeyPurpose,
  type Micros,
  type Participant,
  type PublicJwk,
  type Registry,
} from './registry.ts'

/** The actions that take two persons of the hub. */
export type RegistryAction =
  | {
      readonly action: 'admit-participant'
      readonly participant: Omit<Participant, 'admitted' | 'status'>
    }
  | { readonly action: 'set-grant'; readonly id: string; readonly grant: Grant }
  | {
      readonly action: 'suspend-participant' | 'reinstate-participant' | 'withdraw-participant'
      readonly id: string
    }
  | {
      readonly action: 'set-group'
      readonly id: string
      readonly name: string
      readonly members: readonly string[]
    }
  | {
      readonly action: 'enrol-key'
      readonly owner: string
      readonly purpose: KeyPurpose
      readonly jwk: PublicJwk
      readonly valid: { readonly from?: Micros; readonly to?: Micros }
      readonly countersignature?: string
    }
  /** `overlapMs`: how long submissions under way may still be signed with a superseded key. */
  | {
      readonly action: 'revoke-key'
      readonly kid: string
      readonly reason: 'superseded' | 'compromised'
      readonly suspectedSince?: Micros
      readonly overlapMs?: number
    }

/**
 * Whether one person puts the action in force at once, because it closes a door. A second person
 * confirms it afterwards. To open the door again takes two.
 */
export const isUrgent = (a: RegistryAction): boolean =>
  a.action === 'suspend-participant' || (a.action === 'revoke-key' && a.reason === 'compromised')

export const changeOf = (a: RegistryAction): RegistryChange => {
  switch (a.action) {
    case 'admit-participant':
      return admitParticipant(a.participant)
    case 'set-grant':
      return setGrant(a.id, a.grant)
    case 'suspend-participant':
      return setParticipantStanding(a.id, 'suspended')
    case 'reinstate-participant':
      return setParticipantStanding(a.id, 'active')
    case 'withdraw-participant':
      return withdrawParticipant(a.id)
    case 'set-group':
      return setGroup(a.id, a.name, a.members)
    case 'enrol-key':
      return enrolKey(
        {
          kid: thumbprint(a.jwk),
          owner: a.owner,
          purpose: a.purpose,
          jwk: a.jwk,
          ...(a.countersignature !== undefined && { countersignature: a.countersignature }),
        },
        a.valid,
      )
    default:
      return revokeKey(a.kid, a.reason, a)
  }
}

/** The participant that an action concerns; `hub` if it concerns no single one. */
export const participantOf = (a: RegistryAction, registry: Registry): string => {
  switch (a.action) {
    case 'admit-participant':
      return a.participant.id
    case 'enrol-key':
      return a.owner
    case 'revoke-key':
      return registry.keys.get(a.kid)?.owner ?? 'hub'
    case 'set-group':
      return 'hub'
    default:
      return a.id
  }
}

/** Why an action cannot be done with the registry as it is now. */
export const checkAction = (
  a: RegistryAction,
  registry: Registry,
  now: Micros,
): Refusal | undefined => {
  const contradiction = contradicts(a, registry, now)
  if (contradiction !== undefined) return contradiction
  return effective(registry, changeOf(a)(registry, now)).length > 0
    ? undefined
    : { code: 'registry/no-change' }
}

const contradicts = (a: RegistryAction, registry: Registry, now: Micros): Refusal | undefined => {
  switch (a.action) {
    case 'admit-participant':
      return first(checkRegistryFile({ participants: [a.participant] }, registry))
    case 'set-group':
      return first(checkRegistryFile({ groups: [a] }, registry))
    case 'enrol-key':
      return enrolment(a, registry, now)
    case 'revoke-key':
      return registry.keys.has(a.kid) ? undefined : unknown(a.kid)
    default:
      return registry.participants.has(a.id) ? undefined : unknown(a.id)
  }
}

type Enrolment = Extract<RegistryAction, { action: 'enrol-key' }>

const enrolment = (
  { owner, purpose, jwk, valid, countersignature }: Enrolment,
  registry: Registry,
  now: Micros,
): Refusal | undefined => {
  const refusal = first(checkRegistryFile({ keys: [{ owner, purpose, jwk }] }, registry))
  if (refusal !== undefined) return refusal
  const kid = thumbprint(jwk)
  if (registry.keys.has(kid) && registry.keys.get(kid)!.status !== 'active')
    return { code: 'key/retired' }
  const { from = now, to } = valid
  if (to !== undefined && (to <= from || to <= now))
    return { code: 'key/bad-validity', pointer: '/valid/to' }
  if (owner === 'hub') return undefined
  const participant = registry.participants.get(owner)
  if (participant === undefined || !covers(participant.admitted, now)) return unknown(owner)
  if (participant.type === 'corporate-partner')
    return purpose === 'ncb' ? { code: 'registry/bad-purpose', detail: purpose } : undefined
  return purpose === 'ncb'
    ? undefined
    : checkCountersignature(countersignature, { owner, kid, purpose, valid }, registry, now)
}

const first = ([refusal]: readonly Refusal[]): Refusal | undefined =>
  refusal && { code: refusal.code, ...(refusal.detail !== undefined && { detail: refusal.detail }) }
const unknown = (name: string): Refusal => refuse('registry/unknown-name', undefined, name).refusal
