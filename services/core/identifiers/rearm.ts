/**
 * Reports write dots as [.], (.), {.} or [dot], so that nobody clicks an address. What is disarmed
 * is a writing of the same address.
 */
export const rearmDots = (written: string): string =>
  written.replace(/\[(?:\.|dot)\]|\((?:\.|dot)\)|\{(?:\.|dot)\}/giu, '.')

/** The colons of a disarmed address: [:], (:) and {:}. */
export const rearmColons = (written: string): string => written.replace(/\[:\]|\(:\)|\{:\}/gu, ':')
