/** The oldest year in which something can have been observed, and the limit of a time in µs. */
const oldest = 1990
const limit = 2255

type Era = { readonly name: string; readonly toCommon: (year: number) => number }

/** Calendars of the region, whose years come out of records and forms as if they were common. */
const eras: readonly Era[] = [
  { name: 'the Buddhist era', toCommon: (year) => year - 543 },
  { name: 'the Minguo era', toCommon: (year) => year + 1911 },
  { name: 'the Myanmar era', toCommon: (year) => year + 638 },
  { name: 'the Persian calendar', toCommon: (year) => year + 621 },
  { name: 'the Islamic calendar', toCommon: (year) => Math.floor(year * 0.970229 + 621.57) },
  { name: 'two digits', toCommon: (year) => (year < 100 ? year + 2000 : 0) },
  { name: 'two digits', toCommon: (year) => (year < 100 ? year + 1900 : 0) },
]

const yearOf = (time: string): number => Number(time.slice(0, 4))

/**
 * The common year that an RFC 3339 time of another calendar most likely means, with the calendar,
 * for a message: `2026, as 2569 is of the Buddhist era`. `now` is the year of today. undefined if
 * no calendar gives a year from 1990 to the next.
 */
export const likelyYear = (time: string, now: number): string | undefined => {
  const year = yearOf(time)
  const [best] = eras
    .map(({ name, toCommon }) => ({ name, common: toCommon(year) }))
    .filter(({ common }) => common >= oldest && common <= now + 1)
    .toSorted((one, other) => other.common - one.common)
  return best && `${best.common}, as ${time.slice(0, 4)} is of ${best.name}`
}

/** Whether something cannot have been observed in this year or before. */
export const isTooOld = (time: string): boolean => yearOf(time) < oldest

/**
 * An expiry of another format as that of a notice: undefined for one so far away that it means
 * none (year 9999). A year of the Buddhist era stays, so that it is refused with the likely year.
 */
export const expiryOf = (time: string | undefined): string | undefined =>
  time === undefined || (yearOf(time) >= limit && (yearOf(time) < 2500 || yearOf(time) > 2700))
    ? undefined
    : time
