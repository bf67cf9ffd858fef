/*
 * Text of others must not steer the terminal that shows it. Control characters, and marks that turn
 * the direction of writing, are shown as escapes. Joiners stay, since Khmer and Thai are written
 * with them.
 */
const steering = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Text for one line of a terminal. */
export const printable = (text: string): string => text.replace(steering, escaped)

/** JSON on one line. The escapes are JSON's own, so it reads back as the same value. */
export const jsonLine = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replace(steering, escaped)

/** JSON for people, which jq reads too. */
export const jsonText = (value: unknown): string =>
  (JSON.stringify(value, undefined, 2) ?? 'null').replace(steering, (c) =>
    c === '\n' ? c : escaped(c),
  )
