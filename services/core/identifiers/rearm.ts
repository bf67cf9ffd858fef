/**
 * Reports write dots as [.], (.), {.} or [dot], so that nobody clicks an address. What is disarmed
 * is a writing of the same address.
 */
export const rearmDots = (written: string): string =>
  written.replace(/\[(?:\.|dot)\]|\((?:\.|dot)\)|\{(?:\.|dot)\}/giu, '.')

/** A disarmed web address: hxxp, hXXps and [://] as well. */
export const rearmUrl = (written: string): string =>
  rearmDots(written.replace(/^h(?:xx|XX|\*\*)p/iu, 'http').replace(/\[:\/\/\]|\[:\]\/\//gu, '://'))

/** The colons of a disarmed address: [:], (:) and {:}. */
export const rearmColons = (written: string): string => written.replace(/\[:\]|\(:\)|\{:\}/gu, ':')
