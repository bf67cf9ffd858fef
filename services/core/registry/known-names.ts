import type { KnownNames } from '../notice/notice.ts'
import type { Registry } from './registry.ts'

/** The names against which a notice's release list is checked. */
export const knownNames = ({ participants, agencies, groups }: Registry): KnownNames => ({
  hasParticipant: (id) => isCountry(participants.get(id)?.type),
  hasPartner: (id) => participants.get(id)?.type === 'corporate-partner',
  hasAgency: (id) => agencies.has(id),
  hasGroup: (id) => groups.has(id),
})

const isCountry = (type: string | undefined): boolean =>
  type === 'member' || type === 'dialogue-partner'
