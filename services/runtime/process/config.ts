import { accessSync, constants } from 'node:fs'
import { readSecret } from '../files/secret-file.ts'

/** The type that a setting's text is parsed to. An unset variable and an empty one are the same. */
type TypeOf = {
  string: string
  integer: number
  url: string
  file: string
  list: readonly string[]
  flag: boolean
}
type SettingType = keyof TypeOf

/**
 * One setting. Without `default` and `optional` it is required. The variable's name is the
 * setting's name in upper snake case: `ackTimeoutMs` is read from `ACK_TIMEOUT_MS`.
 */
type Setting = {
  readonly type: SettingType
  readonly default?: string | number | boolean | readonly string[]
  /** The setting may be absent and then reads as undefined. */
  readonly optional?: true
  /** The unit for the documentation. The name of a limit carries its unit too. */
  readonly unit?: string
  readonly example: string
  readonly doc: string
  /** Bounds of an integer, inclusive. */
  readonly min?: number
  readonly max?: number
  /** The values that a string, or a member of a list, may have. */
  readonly oneOf?: readonly string[]
  /** The schemes that a url may have, with the colon: `['postgres:', 'postgresql:']`. */
  readonly schemes?: readonly string[]
  /**
   * The value is never shown, not even as a default. It may come from a file too: the variable with
   * `_FILE` behind its name names the file.
   */
  readonly secret?: true
}

export type ConfigSpec = Readonly<Record<string, Setting>>

export type Config<S extends ConfigSpec> = {
  readonly [K in keyof S]:
    | TypeOf[S[K]['type']]
    | (S[K] extends { optional: true } ? undefined : never)
}

/**
 * The problems that keep a program from starting, all at once, each with the variable's name and an
 * example.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration is not complete:\n${problems.map((p) => `  - ${p}`).join('\n')}`)
    this.problems = problems
  }
}

export const variableName = (setting: string): string =>
  setting.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()

/**
 * Reads the settings of `spec` from `env` into a frozen object, or throws one ConfigError that
 * names all problems. No problem repeats a value, since a value may be a secret. It reads only
 * `env`, the files of secrets, and for type `file` whether the file is readable.
 */
export const readConfig = <const S extends ConfigSpec>(
  env: Readonly<Record<string, string | undefined>>,
  spec: S,
): Config<S> => {
  const problems: string[] = []
  const entries = Object.entries(spec).map(([name, setting]) => {
    const variable = variableName(name)
    const given = setting.secret ? secretText(env, variable) : (env[variable]?.trim() ?? '')
    if (given === '') {
      if (setting.default === undefined && !setting.optional)
        problems.push(wanted(variable, 'is not set', setting))
      return [name, setting.default]
    }
    const read = typeof given === 'string' ? parsers[setting.type](given, setting) : given
    if ('problem' in read) problems.push(wanted(variable, read.problem, setting))
    return [name, 'value' in read ? read.value : undefined]
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(Object.fromEntries(entries)) as Config<S>
}

/**
 * A secret may come from a file, because an environment shows in lists of processes and in
 * descriptions of containers.
 */
const secretText = (
  env: Readonly<Record<string, string | undefined>>,
  variable: string,
): string | { readonly problem: string } => {
  const [text = '', file = ''] = [env[variable]?.trim(), env[`${variable}_FILE`]?.trim()]
  if (file === '') return text
  if (text !== '') return { problem: `is set beside ${variable}_FILE` }
  try {
    return readSecret(file)
  } catch (error) {
    return { problem: `cannot be read from ${variable}_FILE (${(error as Error).message})` }
  }
}

const wanted = (variable: string, problem: string, setting: Setting): string =>
  `${variable} ${problem}: ${setting.doc} Example: ${variable}=${setting.example}`

type Read = { readonly value: TypeOf[SettingType] } | { readonly problem: string }

const parsers: Record<SettingType, (text: string, setting: Setting) => Read> = {
  string: (text, setting) => allowed([text], setting) ?? { value: text },
  integer: (text, { min = 0, max = Number.MAX_SAFE_INTEGER }) => {
    const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max
      ? { value }
      : { problem: `is not an integer from ${min} to ${max}` }
  },
  url: (text, { schemes }) => {
    const url = URL.parse(text)
    if (url === null) return { problem: 'is not a URL' }
    return schemes && !schemes.includes(url.protocol)
      ? { problem: `is not a URL with ${schemes.join(' or ')}` }
      : { value: text }
  },
  file: (text) => {
    try {
      accessSync(text, constants.R_OK)
      return { value: text }
    } catch {
      return { problem: 'names a file that cannot be read' }
    }
  },
  list: (text, setting) => {
    const value = text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
    return value.length === 0
      ? { problem: 'is an empty list' }
      : (allowed(value, setting) ?? { value: Object.freeze(value) })
  },
  flag: (text) =>
    text === 'true' || text === 'false'
      ? { value: text === 'true' }
      : { problem: 'is neither true nor false' },
}

const allowed = (values: readonly string[], { oneOf }: Setting): Read | undefined =>
  oneOf && !values.every((value) => oneOf.includes(value))
    ? { problem: `is not one of ${oneOf.join(', ')}` }
    : undefined

/** One row of the table of settings in the documentation. */
export type SettingRow = {
  readonly variable: string
  readonly type: string
  readonly default: string
  readonly example: string
  readonly doc: string
}

/** The table of settings of a service, in the order of its spec. */
export const describeConfig = (spec: ConfigSpec): SettingRow[] =>
  Object.entries(spec).map(([name, setting]) => ({
    variable: variableName(name),
    type:
      setting.oneOf?.join(' | ') ??
      (setting.unit ? `${setting.type} (${setting.unit})` : setting.type),
    default:
      setting.default === undefined
        ? setting.optional
          ? 'none'
          : 'required'
        : setting.secret
          ? 'set'
          : String(setting.default),
    example: setting.example,
    doc: setting.secret
      ? `${setting.doc} Or ${variableName(name)}_FILE names a file that holds it, mode 0600.`
      : setting.doc,
  }))
