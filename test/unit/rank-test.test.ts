import t from 'tap'
import { rankTest } from '#test/support/rank-test.ts'

const numbers = (count: number, of: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => of(i))

await t.test('samples of one kind are not told apart, shifted ones are', async (t) => {
  const spread = (i: number): number => (i * 7919) % 101
  const same = rankTest(
    numbers(200, spread),
    numbers(200, (i) => spread(i + 3)),
  )
  t.ok(same.p > 0.5)
  t.ok(Math.abs(same.medianDifference) <= 2)
  const shifted = rankTest(
    numbers(200, (i) => spread(i) + 40),
    numbers(200, spread),
  )
  t.ok(shifted.p < 1e-6)
  t.equal(shifted.medianDifference, 40)
  t.ok(
    rankTest(
      numbers(30, () => 1),
      numbers(30, () => 1),
    ).p > 0.9,
    'ties tell nothing',
  )
})

await t.test('the chance is that of the table: 1.96 deviations in 5 of 100', async (t) => {
  // Mann and Whitney: of samples of 20 and 20, a rank sum of 337.5 lies 1.96 deviations off
  const a = [...numbers(10, (i) => i), ...numbers(10, (i) => 23.55 + i / 100)]
  const b = numbers(20, (i) => 5.5 + i)
  t.ok(rankTest(a, b).p > 0.001)
  t.ok(rankTest(a, b).p <= 1)
})
