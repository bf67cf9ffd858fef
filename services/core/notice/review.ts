import type { Handling } from '../generated/types.ts'
import type { Micros } from '../registry/registry.ts'
import { parseMicros } from '../time.ts'

/** What a notice may be due for: its originator is to look at it again, or it is about to end. */
export const dues = ['review', 'expiry'] as const
export type Due = (typeof dues)[number]

/** When a notice is to be looked at again, and when it ends; null for never. */
export type Dates = { readonly review: Micros | null; readonly expires: Micros | null }

/**
 * The dates of a notice posted at `postedAt`. Where none is given the review comes `defaultAfter`
 * microseconds later, unless the notice has ended by then: what is signed is not changed, the
 * originator alone is reminded.
 */
export const datesOf = (
  handling: Pick<Handling, 'review' | 'expires'>,
  postedAt: Micros,
  defaultAfter: Micros,
): Dates => {
  const expires = handling.expires === undefined ? null : parseMicros(handling.expires)!
  const review =
    handling.review === undefined ? postedAt + defaultAfter : parseMicros(handling.review)!
  return { expires, review: expires !== null && review >= expires ? null : review }
}

/**
 * For what a standing notice is due, `ahead` microseconds beforehand. A review stays due until a
 * next version names another; an expiry until it has come.
 */
export const dueFor = ({ review, expires }: Dates, now: Micros, ahead: Micros): Due[] => {
  if (expires !== null && expires <= now) return []
  return dues.filter((due) => {
    const at = due === 'review' ? review : expires
    return at !== null && at - ahead <= now
  })
}
