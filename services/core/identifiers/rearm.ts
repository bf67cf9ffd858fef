const bracketed = ['[]', '()', '{}'].map(
  ([open, close]) => `\\${open}\\s*(?:\\.|dot)\\s*\\${close}`,
)
const dot = `(?:${bracketed.join('|')}|<(?:\\.|dot)>|__dot__)`
const dots = new RegExp(`\\s{0,2}${dot}\\s{0,2}|\\\\\\.`, 'giu')

/**
 * Reports write dots as [.], (.), {.}, [dot] or \., so that nobody clicks an address. What is
 * disarmed is a writing of the same address.
 */
export const rearmDots = (written: string): string => written.replace(dots, '.')

/** The colons of a disarmed address: [:], (:) and {:}. */
export const rearmColons = (written: string): string => written.replace(/\[:\]|\(:\)|\{:\}/gu, ':')

/** The slashes: [/], (/), (slash), and \/ of JSON. */
const rearmSlashes = (written: string): string =>
  written.replace(/\[(?:\/|slash)\]|\((?:\/|slash)\)|\{(?:\/|slash)\}|\\\//giu, '/')

const rearmAt = (written: string): string =>
  written.replace(/\s{0,2}(?:\[(?:@|at)\]|\((?:@|at)\)|\{(?:@|at)\})\s{0,2}/giu, '@')

/** hxxp, hXXps, h**p, hxtp, with what follows: `://`, `[://]`, `[:]//`, `:\\`, spaces between. */
const scheme = /^h[tx*_-]{2}p(s?)\s*(?:\[:\/\/\]|\(:\/\/\)|\{:\/\/\}|:\s*(?:\/\/|\\\\)\s*)/iu

/**
 * A disarmed web address, armed again. What is in no known form stays as it is, and [at] behind the
 * host is a text of the page.
 */
export const rearmUrl = (written: string): string =>
  rearmDots(rearmSlashes(rearmColons(written)))
    .replace(scheme, 'http$1://')
    .replace(/^(?:https?:\/\/)?[^/?#]*/iu, rearmAt)
