import {
  purposes,
  rights,
  type Agency,
  type Grant,
  type Participant,
  type ParticipantType,
  type Registry,
} from './registry.ts'

/** What a participant may give to its agencies, unless the hub has set a grant. */
const byType: Readonly<Record<ParticipantType, Grant>> = {
  member: { rights, purposes },
  'dialogue-partner': { rights: ['read', 'case', 'lookup', 'submit'], purposes },
  'corporate-partner': {
    rights: ['read', 'submit'],
    purposes: ['crime-prevention', 'account-freezing'],
  },
}

export const grantOf = ({ type, grant }: Pick<Participant, 'type' | 'grant'>): Grant =>
  grant ?? byType[type]

/** The first right or purpose that is asked for and not granted. */
export const beyondGrant = (asked: Grant, grant: Grant): string | undefined =>
  asked.rights.find((r) => !grant.rights.includes(r)) ??
  asked.purposes.find((p) => !grant.purposes.includes(p))

/** An agency, with no more than a grant allows. */
export const trimmed = (agency: Agency, grant: Grant): Agency => ({
  ...agency,
  rights: agency.rights.filter((r) => grant.rights.includes(r)),
  purposes: agency.purposes.filter((p) => grant.purposes.includes(p)),
})

/**
 * Whether the NCB of one participant administers another's agencies and clients: its own, and those
 * of the corporate partners attached to it, which have no NCB.
 */
export const administers = (ncb: string, participant: string, registry: Registry): boolean =>
  ncb === participant || registry.participants.get(participant)?.attachedTo === ncb
