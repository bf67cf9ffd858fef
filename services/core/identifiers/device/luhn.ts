/**
 * The check of ISO/IEC 7812-1, Annex B: from the right, every second digit counts double, with the
 * digits of the double added. `digits` are ASCII digits, the check digit last.
 */
export const isLuhn = (digits: string): boolean => {
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, at) => {
      const value = Number(digit) * (at % 2 === 0 ? 1 : 2)
      return total + (value > 9 ? value - 9 : value)
    }, 0)
  return sum % 10 === 0
}
