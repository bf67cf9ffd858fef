import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readStrict } from '#core/json/strict-json.ts'
import {
  readTranslation,
  type Translation,
  type Translations,
} from '#core/catalogue/translation.ts'
import { ConfigError, type ConfigSpec } from '../process/config.ts'

/** Where a service finds its languages beside English. */
export const translationsConfig = {
  translationsFolder: {
    type: 'file',
    optional: true,
    example: '/etc/switchboard/translations',
    doc:
      'A folder of translations of errors, one JSON file a language; deploy/translations has ' +
      'one to begin with. What is not translated is in English.',
  },
} as const satisfies ConfigSpec

const maxBytes = 1024 * 1024

/**
 * Reads every translation of a folder, once, when a service starts. Throws a ConfigError that names
 * every fault of all of them.
 */
export const loadTranslations = (folder: string | undefined): Translations => {
  const read =
    folder === undefined
      ? []
      : filesOf(folder).map((file) => ({ file, ...translationIn(join(folder, file)) }))
  const problems = read.flatMap(({ file, ...outcome }) =>
    outcome.ok ? [] : outcome.problems.map((problem) => `${file}: ${problem}`),
  )
  const translations = new Map<string, Translation>()
  for (const one of read) {
    if (!one.ok) continue
    const tag = one.value.language.toLowerCase()
    if (translations.has(tag))
      problems.push(`${one.file}: another file has the language ${one.value.language}`)
    translations.set(tag, one.value)
  }
  if (problems.length > 0)
    throw new ConfigError(problems.map((problem) => `TRANSLATIONS_FOLDER ${problem}`))
  return translations
}

const filesOf = (folder: string): string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch (error) {
    throw new ConfigError([
      'TRANSLATIONS_FOLDER is no folder that can be read ' +
        `(${(error as NodeJS.ErrnoException).code})`,
    ])
  }
}

const translationIn = (path: string) => {
  const parsed = readStrict(readFileSync(path), { maxBytes })
  return parsed.ok
    ? readTranslation(parsed.value)
    : {
        ok: false as const,
        problems: [`is no JSON (${parsed.refusal.code} ${parsed.refusal.detail ?? ''})`],
      }
}
