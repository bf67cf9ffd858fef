import { accept, refuse, type Checked, type Warning } from '../refusal.ts'
import type { Identified, Identifier } from './canonical.ts'
import { soundCell } from './cell.ts'
import { dropInvisible } from './fold.ts'
import { requiredText } from './members.ts'
import { rearmUrl } from './rearm.ts'

const pointer = '/subject/url'

/** IPv4: RFC 1122, 1918, 3927, 6598. IPv6: RFC 4291, 4193. Names: RFC 6761, 6762 and custom. */
const local: readonly RegExp[] = [
  /^(?:0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\./u,
  /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./u,
  /^\[(?:::1?|::ffff:.*|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/u,
  /\.(?:local|localhost|internal|lan)$/u,
]

/** An address of a private network names another machine in each house. */
const isPublic = (host: string): boolean =>
  (host.startsWith('[') || host.includes('.')) && !local.some((form) => form.test(host))

/** RFC 3986 §6.2.2: escapes have capital letters, and characters that need no escape have none. */
const evenEscapes = (part: string): string =>
  part.replace(/%[0-9a-f]{2}/giu, (escape) => {
    const letter = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return /[A-Za-z0-9._~-]/u.test(letter) ? letter : escape.toUpperCase()
  })

/**
 * A fragment names a place in a page, unless the page is a program that routes by it
 * (#/register?code=…).
 */
const route = (hash: string): string => (/^#[/!]/u.test(hash) ? evenEscapes(hash) : '')

const authority = /^(?:https?:)?\/*([^/?#]*)/iu
const hostForm = /^(?:\[[\da-f:.]+\]|[\p{L}\p{M}\p{N}\p{So}._%。．｡-]+)(?::\d*)?$/iu

/** Numbers without a scheme are an address only if there are four of them: 191.0 is a decimal. */
const isLooseNumber = (host: string): boolean =>
  /^[\dx.]+$/iu.test(host) && !/^\d{1,3}(?:\.\d{1,3}){3}$/u.test(host)

/**
 * Why the place before the first slash is no host. Programs read `\`, brackets and empty labels
 * differently, so that the parser's answer may be another host than the one that was meant.
 */
const hostFault = (plain: string, hasScheme: boolean): string | undefined => {
  const place = authority.exec(plain)?.[1] ?? ''
  const host = place.slice(place.lastIndexOf('@') + 1)
  if (!hostForm.test(host)) return 'the host has characters that no host has'
  if (host.includes('..')) return 'the host has two dots in a row'
  if (place.includes('\\')) return 'a backslash stands before the host'
  if (hasScheme) return undefined
  if (isLooseNumber(host)) return 'a number is no host'
  return host === place || plain.includes('/') ? undefined : 'a mail address is no URL'
}

const parse = (written: string): Checked<{ readonly url: URL; readonly warnings: Warning[] }> => {
  const plain = rearmUrl(dropInvisible(written).trim())
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//iu.test(plain)
  if (hasScheme && !/^https?:/iu.test(plain)) return refuse('url/bad-scheme', pointer)
  if (/\s(?:\S*:\/\/|www\.)/iu.test(plain))
    return refuse('url/bad-form', pointer, 'one URL per notice')
  const url = URL.parse(hasScheme ? plain : `https://${plain}`)
  if (url === null || url.hostname === '') return refuse('url/bad-form', pointer)
  const fault = hostFault(plain, hasScheme)
  if (fault !== undefined) return refuse('url/bad-form', pointer, fault)
  return accept({ url, warnings: hasScheme ? [] : [{ code: 'url/scheme-assumed', pointer }] })
}

const identify = (url: URL, warnings: Warning[]): Checked<Identified> => {
  const host = url.hostname.replace(/\.$/u, '')
  if (!isPublic(host)) return refuse('url/not-public', pointer)
  const place = url.port === '' ? host : `${host}:${url.port}`
  const search = url.search === '?' ? '' : evenEscapes(url.search)
  const rest = place + evenEscapes(url.pathname) + search + route(url.hash)
  const twin = url.protocol === 'https:' ? 'http' : 'https'
  const links = url.port === '' ? [{ kind: 'url', key: `${twin}://${rest}` }] : []
  const misleading: Warning[] =
    url.username === '' && url.password === ''
      ? []
      : [{ code: 'url/userinfo-dropped', pointer, detail: `the host is ${host}` }]
  return accept({
    canonical: { key: `${url.protocol}//${rest}`, ...(links.length > 0 && { links }), host },
    warnings: [...warnings, ...misleading],
  })
}

/**
 * Reads `url` as written, disarmed or not, with or without http(s)://. The key is the WHATWG
 * serialisation without user name and default port, `https://evil.example/login`; its http or https
 * twin is a link. International names are in Punycode.
 */
export const url: Identifier = (subject) => {
  const written = requiredText(subject, 'url')
  if (!written.ok) return written
  const cell = soundCell(written.value, pointer, 'name')
  if (!cell.ok) return cell
  const parsed = parse(written.value)
  return parsed.ok ? identify(parsed.value.url, parsed.value.warnings) : parsed
}
