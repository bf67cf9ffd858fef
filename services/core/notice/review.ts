import type { Handling } from '../generated/types.ts'
import type { Micros } from '../registry/registry.ts'
import { parseMicros } from '../time.ts'

/** What a notice may be due for: its review, or its end. */
export const dues = ['review', 'expiry'] as const
export type Due = (typeof dues)[number]

/** When a notice is to be reviewed, and when it ends; null for never. */
export type Dates = { readonly review: Micros | null; readonly expires: Micros | null }

/**
 * The dates of a notice that was posted at `postedAt`. A notice without a review date is reviewed
 * `defaultAfter` microseconds later, unless it has ended by then. The signed notice does not
 * change: only the originator is reminded.
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
 * What a standing notice is due for, `ahead` microseconds before its date. A review is due until a
 * next version names another date; an end is due until it has come.
 */
export const dueFor = ({ review, expires }: Dates, now: Micros, ahead: Micros): Due[] => {
  if (expires !== null && expires <= now) return []
  return dues.filter((due) => {
    const at = due === 'review' ? review : expires
    return at !== null && at - ahead <= now
  })
}
