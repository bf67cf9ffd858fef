import t from 'tap'
import { datesOf, dueFor } from '#core/notice/review.ts'
import { parseMicros } from '#core/time.ts'

const at = (text: string): number => parseMicros(text)!
const day = 86_400_000_000
const posted = at('2026-11-24T00:00:00Z')

await t.test(
  'a notice is reviewed when it says, or some time after its POST, but never once it has ended',
  (t) => {
    const rows: readonly (readonly [
      title: string,
      handling: { review?: string; expires?: string },
      review: number | null,
    ])[] = [
      ['neither is given', {}, posted + 180 * day],
      ['a review', { review: '2027-01-01T00:00:00Z' }, at('2027-01-01T00:00:00Z')],
      [
        'a review and a later expiry',
        { review: '2027-01-01T00:00:00Z', expires: '2027-01-02T00:00:00Z' },
        at('2027-01-01T00:00:00Z'),
      ],
      ['an expiry after the default', { expires: '2027-12-01T00:00:00Z' }, posted + 180 * day],
      ['an expiry before the default', { expires: '2026-12-01T00:00:00Z' }, null],
      ['an expiry at the default', { expires: '2027-05-23T00:00:00Z' }, null],
    ]
    for (const [title, handling, review] of rows)
      t.equal(datesOf(handling, posted, 180 * day).review, review, title)
    t.equal(
      datesOf({ expires: '2027-12-01T00:00:00Z' }, posted, day).expires,
      at('2027-12-01T00:00:00Z'),
    )
    t.end()
  },
)

await t.test(
  'a review is due from so long before it until it is replaced, an expiry until it has come',
  (t) => {
    const dates = { review: posted + 60 * day, expires: posted + 100 * day }
    const rows: readonly (readonly [days: number, due: readonly string[]])[] = [
      [0, []],
      [29, []],
      [30, ['review']],
      [60, ['review']],
      [69, ['review']],
      [70, ['review', 'expiry']],
      [99, ['review', 'expiry']],
      [100, []],
      [101, []],
    ]
    for (const [days, due] of rows)
      t.same(dueFor(dates, posted + days * day, 30 * day), due, `after ${days} days`)
    t.same(dueFor(dates, posted + 30 * day - 1, 30 * day), [], 'a microsecond before')
    t.same(dueFor({ review: null, expires: null }, posted + 9999 * day, 30 * day), [])
    t.end()
  },
)
