/** How two samples differ. `p`: two-sided, of the Mann-Whitney U test by a normal deviate. */
export type RankTest = { readonly p: number; readonly medianDifference: number }

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/**
 * Compares samples of at least twenty values by their ranks: outliers, of which a busy machine has
 * many, count no more than other values. Ties share their mean rank.
 */
export const rankTest = (a: readonly number[], b: readonly number[]): RankTest => {
  const all = [...a.map((value) => ({ value, of: a })), ...b.map((value) => ({ value, of: b }))]
  all.sort((x, y) => x.value - y.value)
  let rankSum = 0
  for (let from = 0; from < all.length;) {
    let to = from
    while (to < all.length && all[to]!.value === all[from]!.value) to += 1
    const rank = (from + 1 + to) / 2
    rankSum += rank * all.slice(from, to).filter(({ of }) => of === a).length
    from = to
  }
  const u = rankSum - (a.length * (a.length + 1)) / 2
  const mean = (a.length * b.length) / 2
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12)
  return {
    p: twoSided(Math.abs(u - mean) / deviation),
    medianDifference: median(a) - median(b),
  }
}

/** The chance of a normal deviate of this size: Abramowitz and Stegun, 26.2.17. */
const twoSided = (z: number): number => {
  const t = 1 / (1 + 0.2316419 * z)
  const sum =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return (2 * sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}
