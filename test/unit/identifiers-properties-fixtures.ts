import * as fc from 'fast-check'
import { canonicalise } from '#core/identifiers/canonicalise.ts'

/** Cases of a property in the test run; a fuzz campaign sets FUZZ_RUNS. */
export const numRuns = Number(process.env['FUZZ_RUNS'] ?? 2_000)

export const keyOf = (kind: string, subject: object): string => {
  const result = canonicalise(kind, subject)
  return result.ok ? result.value.canonical.key : `refused: ${result.refusal.code}`
}

export const zeros = [0x0e50, 0x17e0, 0x0ed0, 0x1040, 0x0660, 0x0966, 0xff10, 0x30]

export const inDigitsOf = (zero: number, text: string): string =>
  text.replace(/\d/gu, (digit) => String.fromCodePoint(zero + Number(digit)))

const noise = ['', ' ', '-', '\u200b', '\u2011', '\u00a0', '\u202a']

export const withNoise = (text: string, between: readonly string[]): string =>
  Array.from(text, (letter, at) => letter + (between[at % between.length] ?? '')).join('')

export const noiseArbitrary = fc.array(fc.constantFrom(...noise), { minLength: 1, maxLength: 9 })
