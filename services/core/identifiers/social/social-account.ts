import { accept, refuse, type Checked, type Warning } from '../../refusal.ts'
import type { Identified, Identifier, Link, Subject } from '../canonical.ts'
import { soundCell } from '../cell.ts'
import { dropInvisible, foldDigits } from '../fold.ts'
import { optionalText, requiredText } from '../members.ts'
import { phoneNumber } from '../phone/phone-number.ts'
import { linkTables } from './link-forms.ts'
import { handleOf } from './link.ts'
import { platforms, type Platform } from './platforms.ts'

/** One name of the account: its key, the links that come with it, and the warnings. */
type Name = {
  readonly key: string
  readonly links?: readonly Link[]
  readonly warnings?: readonly Warning[]
}
type Reader = (
  written: string,
  platform: Platform,
  prefix: string,
  subject: Subject,
  pointer?: string,
) => Checked<Name>

const readId: Reader = (written, { id }, prefix, _, pointer = '/subject/accountId') => {
  const cell = soundCell(written, pointer, 'number')
  if (!cell.ok) return cell
  const value = foldDigits(dropInvisible(written)).trim()
  return id?.test(value) === true
    ? accept({ key: `${prefix}|id|${value}` })
    : refuse('social/bad-account-id', pointer)
}

/** A telephone number is read like any other, with `defaultCountry`. */
const readPhone: Reader = (written, { phone }, prefix, subject, pointer = '/subject/phone') => {
  if (phone === undefined)
    return refuse(
      'social/bad-handle',
      pointer,
      'this platform does not name accounts by telephone number',
    )
  const read = phoneNumber({
    number: written,
    ...(Object.hasOwn(subject, 'defaultCountry') && { defaultCountry: subject['defaultCountry'] }),
  })
  const at = (place: string | undefined) => (place === '/subject/number' ? pointer : place)
  if (!read.ok)
    return {
      ok: false,
      refusal: { ...read.refusal, pointer: at(read.refusal.pointer) ?? pointer },
    }
  const { key, shared } = read.value.canonical
  if (shared === true || !key.startsWith('+'))
    return refuse('phone/impossible', pointer, 'a full number is needed')
  return accept({
    key: `${prefix}|phone|${key}`,
    links: [{ kind: 'phone-number', key }],
    warnings: read.value.warnings.map((warning) => ({ ...warning, pointer })),
  })
}

const readHandle: Reader = (written, platform, prefix, subject) => {
  const isMarked = /^\s*@|\.[a-z]+\//iu.test(written)
  const cell = soundCell(written, '/subject/handle', 'name')
  if (!cell.ok && !isMarked) return cell
  const table = Object.hasOwn(linkTables, prefix) ? linkTables[prefix] : undefined
  const found = handleOf(dropInvisible(written).trim(), platform, table)
  if (!found.ok) return found
  const { as, name } = found.value
  if (as === 'id') return readId(name, platform, prefix, subject, '/subject/handle')
  if (as === 'phone') return readPhone(name, platform, prefix, subject, '/subject/handle')
  const warnings: Warning[] = [{ code: 'social/handle-can-change', pointer: '/subject/handle' }]
  return accept({ key: `${prefix}|handle|${name}`, warnings })
}

/**
 * The names in the order in which they make the key. An id stays with its account, a number mostly
 * does, and a handle can change hands.
 */
const readers: readonly (readonly [member: string, read: Reader])[] = [
  ['accountId', readId],
  ['phone', readPhone],
  ['handle', readHandle],
]

const readNames = (subject: Subject, platform: Platform, prefix: string): Checked<Name[]> => {
  const names: Name[] = []
  for (const [member, read] of readers) {
    const written = optionalText(subject, member)
    if (!written.ok) return written
    const name =
      written.value === undefined ? undefined : read(written.value, platform, prefix, subject)
    if (name?.ok === false) return name
    if (name !== undefined) names.push(name.value)
  }
  return accept(names)
}

const identify = (platform: string, first: Name, others: readonly Name[]): Identified => {
  const links = [
    ...(first.links ?? []),
    ...others.flatMap(({ key, links: more = [] }) => [{ kind: 'social-account', key }, ...more]),
  ]
  return {
    canonical: { key: first.key, ...(links.length > 0 && { links }), platform },
    warnings: [first, ...others]
      .flatMap(({ warnings = [] }) => warnings)
      .filter(({ code }) => code !== 'social/handle-can-change' || first.key.includes('|handle|')),
  }
}

/**
 * Reads `platform` and at least one of `accountId` (the platform's own number), `phone`, `handle`
 * (a name, @name or profile link). Keys: `telegram|id|777000`, `whatsapp|phone|+66812345678`,
 * `line|handle|@shop`. The other names become links.
 */
export const socialAccount: Identifier = (subject) => {
  const name = requiredText(subject, 'platform')
  if (!name.ok) return name
  const platform = Object.hasOwn(platforms, name.value) ? platforms[name.value] : undefined
  if (platform === undefined)
    return refuse(
      'notice/bad-value',
      '/subject/platform',
      `one of ${Object.keys(platforms).join(', ')}`,
    )
  const names = readNames(subject, platform, name.value)
  if (!names.ok) return names
  const [first, ...others] = names.value
  if (first === undefined)
    return refuse('notice/missing-member', '/subject', 'accountId, phone or handle')
  return accept(identify(name.value, first, others))
}
