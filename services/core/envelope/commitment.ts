import { hash } from 'node:crypto'

/**
 * The commitment to a whole set of disclosures (claim `sd_all`): SHA-256, in base64url, of the
 * disclosures sorted by their characters and joined by `~`. Without it a disclosure could be taken
 * from a signed record without a key, and with it a restriction.
 */
export const commitmentTo = (sorted: readonly string[]): string =>
  hash('sha256', sorted.join('~'), 'base64url')

/**
 * Whether these are all the disclosures that were signed, in the one order that is valid: so one
 * signature has one text.
 */
export const isWhole = (disclosures: readonly string[], commitment: string): boolean =>
  disclosures.every((text, i) => i === 0 || disclosures[i - 1]! < text) &&
  commitmentTo(disclosures) === commitment
