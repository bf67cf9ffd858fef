import { accept, refuse, type Checked } from '../../refusal.ts'
import { foldDigits } from '../fold.ts'
import { rearmUrl } from '../rearm.ts'
import {
  linkTables,
  type LinkedName,
  type LinkTable,
  type NameKind,
  type LinkPlace,
} from './link-forms.ts'
import type { Platform } from './platforms.ts'

const pointer = '/subject/handle'

/** The name that a handle or a profile link gives. */
export type FoundName = { readonly as: NameKind; readonly name: string }

/** Hosts of one platform for other screens and languages: m., www., th-th. */
const screens = /^(?:www|m|mobile|web|mbasic|touch|music|gaming|[a-z]{2}(?:-[a-z]{2})?)\./u

const platformAt = (host: string): string | undefined =>
  Object.keys(linkTables).find((name) => linkTables[name]?.hosts.includes(host))

/** The host as the table has it, without www. and the like. */
const knownHost = (hostname: string): string => {
  const host = hostname.toLowerCase().replace(/\.$/u, '')
  const shorter = host.replace(screens, '')
  return platformAt(host) === undefined && platformAt(shorter) !== undefined ? shorter : host
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const placeOf = (host: string, url: URL, first: readonly string[] = []): LinkPlace => ({
  host,
  segments: [
    ...first,
    ...url.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
  ],
  query: url.searchParams,
  fragment: decoded(url.hash.slice(1)),
})

const programs = Object.values(linkTables).flatMap(({ apps }) => apps)

/** `tg://resolve?domain=name` and `skype:name?chat`: links that open a program. */
const programLink = (text: string): LinkPlace | undefined => {
  const [, program, rest = ''] = /^([a-z]+):(?:\/\/)?(.*)$/isu.exec(text) ?? []
  const name = program?.toLowerCase()
  if (name === undefined || !programs.includes(name)) return undefined
  const url = URL.parse(`https://program/${rest}`)
  return url === null ? undefined : placeOf(`${name}:`, url)
}

/** A link to a page: with http(s)://, or with a host that is a platform's, or with a path. */
const pageLink = (text: string): URL | undefined => {
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//iu.test(text)
  const url = URL.parse(hasScheme ? text : `https://${text}`)
  if (url === null) return undefined
  const host = knownHost(url.hostname)
  const isKnown = platformAt(host) !== undefined || host.endsWith('.t.me')
  return hasScheme || text.includes('/') || (isKnown && !text.includes('@')) ? url : undefined
}

const notProfile = (what: string): Checked<never> =>
  refuse('social/not-a-profile', pointer, `the link is of ${what}`)

const foldHandle = (written: string, { keepsAt, fold = (handle) => handle }: Platform): string => {
  const lower = written.toLowerCase().normalize('NFC')
  return fold(keepsAt === true ? lower : lower.replace(/^@/u, ''))
}

const asHandle = (written: string, platform: Platform): Checked<FoundName> => {
  const name = foldHandle(written, platform)
  if (platform.numericHandleIsId === true && platform.id?.test(name) === true)
    return accept({ as: 'id', name })
  return platform.handle?.test(name) === true
    ? accept({ as: 'handle', name })
    : refuse('social/bad-handle', pointer)
}

/** Links write telephone numbers with a country code and without +; a local one begins with 0. */
const asPhone = (written: string): Checked<FoundName> => {
  const digits = foldDigits(written).replace(/[\s().-]/gu, '')
  return /^\+?\d{6,15}$/u.test(digits)
    ? accept({ as: 'phone', name: /^[+0]/u.test(digits) ? digits : `+${digits}` })
    : refuse('social/bad-handle', pointer)
}

const nameOf = ({ as, name, write }: LinkedName, platform: Platform): Checked<FoundName> => {
  if (as === 'id') return accept({ as, name })
  if (as === 'phone') return asPhone(name)
  const handle = asHandle(name, { ...platform, keepsAt: false })
  return handle.ok && handle.value.as === 'handle'
    ? accept({ as: 'handle', name: write(handle.value.name) })
    : handle
}

const readPlace = (place: LinkPlace, table: LinkTable, platform: Platform): Checked<FoundName> => {
  for (const { match, is } of table.forms) {
    const found = match(place)
    if (found === undefined) continue
    return found === true
      ? notProfile(is ?? 'another page of the platform')
      : nameOf(found, platform)
  }
  return notProfile('another page of the platform')
}

/** Whose link it is, if it is not of the platform that the sender names. */
const refuseOther = (host: string): Checked<never> => {
  const owner = platformAt(host)
  return refuse(
    'social/bad-handle',
    pointer,
    owner === undefined ? undefined : `a link of ${owner}`,
  )
}

const readPage = (url: URL, table: LinkTable, platform: Platform): Checked<FoundName> => {
  const host = knownHost(url.hostname)
  if (url.username !== '' || url.password !== '' || url.port !== '')
    return refuse('social/bad-handle', pointer)
  if (table.hosts.includes(host)) return readPlace(placeOf(host, url), table, platform)
  const parent = table.hosts.find((known) => host.endsWith(`.${known}`))
  if (parent === undefined) return refuseOther(host)
  // Telegram writes name.t.me as well.
  const handle = host.slice(0, -parent.length - 1)
  return parent === 't.me' && url.pathname === '/' && !handle.includes('.')
    ? asHandle(handle, platform)
    : notProfile('another service of the platform')
}

/**
 * Reads a handle as written: the name, @name, or a link to the profile in one of the forms of
 * `data/profile-links.json`. Refuses with `social/not-a-profile` a link of the platform to anything
 * else, and says to what; with `social/bad-handle` what the platform has not.
 */
export const handleOf = (
  written: string,
  platform: Platform,
  table: LinkTable | undefined,
): Checked<FoundName> => {
  const text = rearmUrl(written)
  const place = programLink(text)
  if (place !== undefined)
    return table?.apps.some((app) => place.host === `${app}:`) === true
      ? readPlace(place, table, platform)
      : refuse('social/bad-handle', pointer)
  const url = pageLink(text)
  if (url === undefined) return asHandle(written, platform)
  return table === undefined ? refuseOther(knownHost(url.hostname)) : readPage(url, table, platform)
}
