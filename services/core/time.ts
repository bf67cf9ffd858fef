import type { Micros } from './registry/registry.ts'

/** RFC 3339 in UTC with microseconds, e.g. 2026-11-24T03:50:12.000001Z. */
export const formatMicros = (at: Micros): string => {
  const millis = Math.floor(at / 1000)
  const micros = String(at - millis * 1000).padStart(3, '0')
  return `${new Date(millis).toISOString().slice(0, -1)}${micros}Z`
}

/**
 * The microseconds of an RFC 3339 UTC time; undefined if the text is none. Digits after the sixth
 * are cut off.
 */
export const parseMicros = (text: string): Micros | undefined => {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text)
  const millis = match ? Date.parse(`${match[1]}Z`) : Number.NaN
  return Number.isNaN(millis)
    ? undefined
    : millis * 1000 + Number((match?.[2] ?? '').padEnd(6, '0').slice(0, 6))
}
