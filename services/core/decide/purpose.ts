import type { Agency, Purpose } from '../registry/registry.ts'
import type { Marked } from './decision.ts'

/**
 * The purpose with which an agency is tried: the first one that the agency holds and the notice
 * allows. Each of them opens the same.
 */
export const fittingPurpose = (
  { purposes }: Pick<Agency, 'purposes'>,
  notice: Marked,
): Purpose | undefined => purposes.find((held) => notice.purposes?.includes(held) ?? true)
