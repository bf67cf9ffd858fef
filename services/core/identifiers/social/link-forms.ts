import data from '../data/profile-links.json' with { type: 'json' }

/** Where a link leads: its host or the name of a program (`tg:`), and what follows. */
export type LinkPlace = {
  readonly host: string
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly fragment: string
}

/** What a link names an account by. */
export type NameKind = 'handle' | 'id' | 'phone'

/** A name that a form takes from a link. `written` is the name within its platform. */
export type LinkedName = {
  readonly as: NameKind
  readonly name: string
  readonly write: (name: string) => string
}

/** One form of the table: the name in a link of this form, or what else the link is of. */
type Form = {
  readonly is: string | undefined
  readonly match: (place: LinkPlace) => LinkedName | true | undefined
}

const placeholder = /\{(handle|id|pageId|phone)\}/u

const escaped = (text: string): string => text.replace(/[.+?^$()[\]\\]/gu, '\\$&')

const valueForms: Readonly<Record<string, string>> = {
  handle: '(?<handle>[^/]+)',
  // The id behind the name of a page. A shorter number may be a part of the name.
  pageId: String.raw`(?<id>\d{8,20})`,
  id: String.raw`(?<id>-?\d{1,20}|U[\da-f]{32}|UC[\w-]{22}|_[A-Za-z]{3,20})`,
  phone: String.raw`(?<phone>\+?(?:\d[\s().-]{0,2}){6,15})`,
}

/** The expression of a part of a form: `*` stands for any text, `a|b` for either. */
const expressionOf = (part: string): string => {
  const [, kind] = placeholder.exec(part) ?? []
  const text = escaped(part.replace(placeholder, '\u0000')).replaceAll('*', '[^/]+')
  return kind === undefined ? `(?:${text})` : text.replace('\u0000', valueForms[kind] ?? '')
}

const nameIn = (found: RegExpExecArray | null, gives: string | undefined): LinkedName | true => {
  const [as, name] = Object.entries(found?.groups ?? {}).find(([, value]) => value) ?? []
  if (as === undefined || name === undefined) return true
  return {
    as: as as NameKind,
    name,
    write: (value) => (gives === undefined ? value : gives.replace('{handle}', value)),
  }
}

type Parts = {
  readonly host: string
  readonly path: string
  readonly query?: string
  readonly fragment?: string
}

/** `//host/path`, `program:/path`, or `/path` at any host of the platform. */
const partsOf = (form: string): Parts => {
  const [, host = '', path = '', query, fragment] =
    /^(\/\/[^/]+|[a-z]+:)?(\/[^?#]*)(?:\?([^#]+))?(?:#(.+))?$/u.exec(form) ?? []
  return {
    host: host.replace(/^\/\//u, ''),
    path,
    ...(query !== undefined && { query }),
    ...(fragment !== undefined && { fragment }),
  }
}

const pathExpression = (path: string): RegExp => {
  const parts = path.split('/').filter((part) => part !== '')
  const texts = parts.map((part) => (part === '**' ? '(?:/.*)?' : `/${expressionOf(part)}`))
  return new RegExp(`^${texts.join('')}$`, 'iu')
}

const formOf = (
  { form, gives, is }: { form: string; gives?: string; is?: string },
  hosts: readonly string[],
): Form => {
  const { host, path, query, fragment } = partsOf(form)
  const places = host === '' ? hosts : [host]
  const inPath = pathExpression(path)
  const [parameter = '', value = ''] = query?.split('=', 2) ?? []
  const inQuery = new RegExp(`^${expressionOf(value)}$`, 'iu')
  const inFragment = new RegExp(`^${expressionOf((fragment ?? '').replace('**', '*'))}`, 'iu')
  const match = (place: LinkPlace): LinkedName | true | undefined => {
    if (!places.includes(place.host)) return undefined
    const found = [inPath.exec(place.segments.map((part) => `/${part}`).join(''))]
    if (query !== undefined) found.push(inQuery.exec(place.query.get(parameter)?.trim() ?? ''))
    if (fragment !== undefined) found.push(inFragment.exec(place.fragment))
    return found.includes(null) ? undefined : nameIn(found.at(-1) ?? null, gives)
  }
  return { is, match }
}

/** How links of one platform are read: its hosts, the programs that open them, and the forms. */
export type LinkTable = {
  readonly hosts: readonly string[]
  readonly apps: readonly string[]
  readonly forms: readonly Form[]
}

type Row = {
  readonly hosts: readonly string[]
  readonly apps?: readonly string[]
  readonly forms: readonly { form: string; gives?: string; is?: string }[]
}

const rows: Readonly<Record<string, Row>> = data.platforms

/** The forms of links of every platform that has any, in the order in which they are tried. */
export const linkTables: Readonly<Record<string, LinkTable>> = Object.fromEntries(
  Object.entries(rows).map(([platform, { hosts, apps = [], forms }]) => {
    const more = forms.map(({ form }) => partsOf(form).host).filter((host) => host.includes('.'))
    const table = { hosts: [...new Set([...hosts, ...more])], apps }
    return [platform, { ...table, forms: forms.map((form) => formOf(form, hosts)) }]
  }),
)
