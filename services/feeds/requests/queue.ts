import type { Registry } from '#core/registry/registry.ts'
import type { FeedReader } from '../reading/reader.ts'

/**
 * The submissions that a caller sees: a partner sees its own, an NCB those of the partners attached
 * to its participant.
 */
export type Queue = { readonly partners: readonly string[]; readonly isNcb: boolean }

export const queueOf = (
  { participant, agency, type }: FeedReader,
  { participants, agencies }: Registry,
): Queue => {
  if (type === 'corporate-partner') return { partners: [participant], isNcb: false }
  if (!agencies.get(agency)!.roles.includes('ncb')) return { partners: [], isNcb: false }
  return {
    partners: [...participants.values()]
      .filter((p) => p.type === 'corporate-partner' && p.attachedTo === participant)
      .map(({ id }) => id),
    isNcb: true,
  }
}
