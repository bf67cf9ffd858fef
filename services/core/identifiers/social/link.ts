import { foldDigits } from '../fold.ts'
import type { Platform } from './platforms.ts'

/** The name that a handle or a profile link gives. */
export type FoundName = { readonly as: 'handle' | 'id' | 'phone'; readonly name: string }

const asLink = (written: string, hosts: readonly string[]): URL | undefined => {
  const url = /^https?:\/\//iu.test(written) ? URL.parse(written) : URL.parse(`https://${written}`)
  const host = url?.hostname.replace(/^www\./u, '')
  return url !== null && host !== undefined && hosts.includes(host) ? url : undefined
}

/**
 * The name in a link: `?id=` or `?phone=` where the platform has it, else the last part of the path
 * (`/@name`, `/ti/p/~name`).
 */
const nameIn = (
  url: URL,
): { readonly name: string; readonly query?: 'id' | 'phone' } | undefined => {
  const [id, phone] = [url.searchParams.get('id'), url.searchParams.get('phone')]
  if (id !== null) return { name: id, query: 'id' }
  if (phone !== null) return { name: phone, query: 'phone' }
  const last = url.pathname.split('/').findLast((part) => part !== '')
  return last === undefined
    ? undefined
    : { name: last.replace(/^~|^%7E/iu, '').replace(/^%40/u, '@') }
}

const foldHandle = (written: string, { keepsAt, fold = (handle) => handle }: Platform): string => {
  const lower = written.toLowerCase()
  return fold(keepsAt === true ? lower : lower.replace(/^@/u, ''))
}

const asHandle = (written: string, platform: Platform): FoundName | undefined => {
  const name = foldHandle(written, platform)
  return platform.handle?.test(name) === true ? { as: 'handle', name } : undefined
}

/** Links write telephone numbers without +, since they have a country code. */
const asPhone = (name: string): FoundName | undefined =>
  /^\+?\d{7,15}$/u.test(name) ? { as: 'phone', name: `+${name.replace(/^\+/u, '')}` } : undefined

const inLink = (url: URL, platform: Platform): FoundName | undefined => {
  const found = nameIn(url)
  if (found === undefined) return undefined
  if (found.query === 'id' || (/\/channel\//u.test(url.pathname) && platform.id !== undefined))
    return { as: 'id', name: found.name }
  if (
    platform.phone === true &&
    (found.query === 'phone' || platform.handle === undefined || found.name.startsWith('+'))
  )
    return asPhone(foldDigits(found.name))
  return asHandle(found.name, platform)
}

/** Reads a handle as written: the name, @name, or a link to the profile. */
export const handleOf = (written: string, platform: Platform): FoundName | undefined => {
  const url = written.includes('/') ? asLink(written, platform.hosts ?? []) : undefined
  return url === undefined ? asHandle(written, platform) : inLink(url, platform)
}
