import * as fc from 'fast-check'
import t from 'tap'
import { expiryOf, likelyYear } from '#core/notice/era.ts'
import { rules } from '#core/notice/rules.ts'
import { readBundle } from '#core/import/stix.ts'
import type { NoticeBody } from '#core/generated/types.ts'
import { parseMicros } from '#core/time.ts'

const now = parseMicros('2026-12-01T00:00:00Z')!
const nobody = {
  hasParticipant: () => false,
  hasAgency: () => false,
  hasGroup: () => false,
  hasPartner: () => false,
}

const refusalsOf = (first: string, at = now) => {
  const body = { observed: { first } } as NoticeBody
  const registry = nobody
  const checked = rules.filter(({ reads }) => reads.includes('/observed'))
  return checked.flatMap(({ check }) => check(body, { now: at, registry }))
}

await t.test('a time observed in another calendar is refused with the likely year', async (t) => {
  for (const [written, year] of [
    ['2569', 2026],
    ['2540', 1997],
    ['0115', 2026],
    ['1388', 2026],
    ['1405', 2026],
    ['1448', 2026],
    ['0026', 2026],
  ] as const)
    t.match(refusalsOf(`${written}-10-01T00:00:00Z`), [
      {
        code: 'notice/observed-implausible',
        pointer: '/observed/first',
        detail: new RegExp(`^likely ${year},`, 'u'),
      },
    ])
})

await t.test('a time observed is taken from 1990 to a day ahead, and refused beyond', async (t) => {
  t.same(refusalsOf('1990-01-01T00:00:00Z'), [])
  t.same(refusalsOf('2026-12-02T00:00:00Z'), [])
  for (const time of ['1989-12-31T23:59:59Z', '2026-12-02T00:00:01Z', '9999-12-31T23:59:59Z'])
    t.match(refusalsOf(time), [{ code: 'notice/observed-implausible' }], time)
  t.same(refusalsOf('2569-10-01T00:00:00Z', 0), [], 'not at the hub: the gateway has checked it')
})

await t.test('every year of the Buddhist era from 1990 on is told as its common year', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1990, max: 2026 }), (year) =>
      likelyYear(`${year + 543}-01-01T00:00:00Z`, 2026)?.startsWith(`${year}, `),
    ),
  )
})

await t.test('an expiry far away is none, in STIX too', async (t) => {
  for (const time of ['9999-12-31T23:59:59Z', '2999-01-01T00:00:00Z', '2255-01-01T00:00:00Z'])
    t.equal(expiryOf(time), undefined, time)
  for (const time of ['2027-01-01T00:00:00Z', '2254-12-31T00:00:00Z', '2570-01-01T00:00:00Z'])
    t.equal(expiryOf(time), time)
  const indicator = (valid_until: string) => ({
    type: 'indicator',
    id: 'indicator--00000000-0000-4000-8000-000000000001',
    pattern_type: 'stix',
    pattern: "[phone-number:value = '+66812345678']",
    valid_until,
  })
  const handlingOf = (until: string): unknown => {
    const read = readBundle({ type: 'bundle', objects: [indicator(until)] })
    const row = read.ok ? read.value[0]?.read : undefined
    return row?.ok === true ? (row.value as { handling?: unknown }).handling : 'no row'
  }
  t.equal(handlingOf('9999-12-31T23:59:59Z'), undefined)
  t.same(handlingOf('2027-01-01T00:00:00Z'), { expires: '2027-01-01T00:00:00Z' })
})
