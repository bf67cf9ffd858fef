import { accept, refuse, type Checked } from '../refusal.ts'
import { pathNamed, type Path } from './paths.ts'

export type Body = { [member: string]: unknown }

/** A value for the rows that do not give their own. */
export type Preset = { readonly path: Path; readonly value: string | readonly string[] }

/** The value of a cell. `;` separates the items of a list, and an empty cell gives nothing. */
export const cellValue = (path: Path, text: string): string | readonly string[] | undefined => {
  const value = text.trim()
  if (!path.isList) return value === '' ? undefined : value
  const items = value
    .split(';')
    .map((item) => item.trim())
    .filter((item) => item !== '')
  return items.length === 0 ? undefined : items
}

/** Puts a value at its path and makes the objects above it. A value that exists already stays. */
export const place = (body: Body, { tokens }: Path, value: unknown): void => {
  let at = body
  for (const token of tokens.slice(0, -1)) {
    if (!Object.hasOwn(at, token)) at[token] = {}
    const next = at[token]
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return
    at = next as Body
  }
  const last = tokens.at(-1)!
  if (!Object.hasOwn(at, last)) at[last] = value
}

/**
 * A body with the presets that it lacks. A value that is no object is left for the schema to
 * refuse.
 */
export const withPresets = (body: unknown, presets: readonly Preset[]): unknown => {
  if (presets.length === 0 || typeof body !== 'object' || body === null || Array.isArray(body))
    return body
  const completed = structuredClone(body) as Body
  for (const { path, value } of presets) place(completed, path, value)
  return completed
}

/** `PATH=VALUE`, as in `handling.tlp=AMBER` or `offences=job-scam;other`. */
export const readPresets = (given: readonly string[]): Checked<readonly Preset[]> => {
  const presets: Preset[] = []
  for (const text of given) {
    const [name, written] = splitPair(text)
    const path = pathNamed(name)
    if (path === undefined)
      return refuse(
        'import/bad-mapping',
        undefined,
        `no member of a notice is called ${shown(name)}`,
      )
    const value = cellValue(path, written)
    if (value === undefined)
      return refuse('import/bad-mapping', undefined, `${path.name} has no value`)
    presets.push({ path, value })
  }
  return accept(presets)
}

/** The two sides of the first `=`. */
export const splitPair = (text: string): [string, string] => {
  const at = text.indexOf('=')
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

/** A name from a file or a parameter, short enough for a message. */
export const shown = (name: string): string =>
  JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
