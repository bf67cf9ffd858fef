import { catalogue, type Code } from './catalogue.ts'

/*
 * The texts of the catalogue in other languages. English is complete, and a text without a
 * translation is told in English; a translation may have a part of the texts. `code` is the same in
 * every language.
 */

/**
 * One language: titles and advice by code, and whole details, in which `{}` stands for a value that
 * varies.
 */
export type Translation = {
  /** BCP 47, as in th or zh-Hant. */
  readonly language: string
  readonly title: (code: Code) => string | undefined
  readonly advice: (code: Code) => string | undefined
  readonly detail: (english: string) => string | undefined
}

/** The languages of a service beside English, by their tag in small letters. */
export type Translations = ReadonlyMap<string, Translation>

export const english = 'en'

const languageTag = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/
/** A text has one line, because a line break could forge a header or a line of a terminal. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.trim() !== '' &&
  value.length <= 500 &&
  !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(value)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export type TranslationRead =
  | { readonly ok: true; readonly value: Translation }
  | { readonly ok: false; readonly problems: readonly string[] }

/**
 * Reads `{ language, messages: { <code>: { title?, advice? } }, details?: { <English>: <text> } }`,
 * or answers everything that is wrong with it. A code that the catalogue does not have is a fault,
 * because nobody would ever see its text.
 */
export const readTranslation = (file: unknown): TranslationRead => {
  if (!isObject(file)) return { ok: false, problems: ['is no JSON object'] }
  const { language, messages = {}, details = {}, ...more } = file
  const problems = [
    ...Object.keys(more).map((name) => `/${name} is not known`),
    ...(typeof language === 'string' &&
    languageTag.test(language) &&
    language.toLowerCase() !== english
      ? []
      : ['/language is not a language tag such as th, or is en']),
    ...(isObject(messages)
      ? Object.entries(messages).flatMap(([code, texts]) => messageProblems(code, texts))
      : ['/messages is no object']),
    ...(isObject(details)
      ? Object.entries(details).flatMap(([phrase, text]) => detailProblems(phrase, text))
      : ['/details is no object']),
  ]
  if (problems.length > 0) return { ok: false, problems }
  const texts = messages as Readonly<
    Record<string, { readonly title?: string; readonly advice?: string }>
  >
  const of = (code: Code) => (Object.hasOwn(texts, code) ? texts[code] : undefined)
  return {
    ok: true,
    value: {
      language: language as string,
      title: (code) => of(code)?.title,
      advice: (code) => of(code)?.advice,
      detail: detailsOf(details as Record<string, string>),
    },
  }
}

const messageProblems = (code: string, texts: unknown): string[] => {
  if (!Object.hasOwn(catalogue, code))
    return [`/messages has a code that there is not: ${JSON.stringify(code.slice(0, 80))}`]
  if (!isObject(texts)) return [`/messages: ${code} is no object`]
  return Object.entries(texts).flatMap(([name, text]) => {
    if (name !== 'title' && name !== 'advice')
      return [
        `/messages: ${code} has a member ` +
          `${JSON.stringify(name.slice(0, 80))}; there are title and advice`,
      ]
    return isText(text)
      ? []
      : [`/messages: ${name} of ${code} is no text on one line of at most 500 characters`]
  })
}

const slots = (text: string): number => text.split('{}').length - 1

const detailProblems = (phrase: string, text: unknown): string[] => {
  const named = JSON.stringify(phrase.slice(0, 80))
  if (!isText(text))
    return [`/details: ${named} is given no text on one line of at most 500 characters`]
  return slots(phrase) === slots(text) && slots(phrase) <= 4
    ? []
    : [`/details: ${named} has not as many {} as its text, or more than 4`]
}

/** The longest detail that is compared with the phrases, in characters. */
const maxDetail = 2000

const detailsOf = (
  details: Readonly<Record<string, string>>,
): ((english: string) => string | undefined) => {
  const whole = new Map(Object.entries(details).filter(([phrase]) => slots(phrase) === 0))
  const varying = Object.entries(details)
    .filter(([phrase]) => slots(phrase) > 0)
    .map(([phrase, text]) => ({ parts: phrase.split('{}'), text: text.split('{}') }))
  return (english) => {
    const exact = whole.get(english)
    if (exact !== undefined || english.length > maxDetail) return exact
    for (const { parts, text } of varying) {
      const filled = fill(english, parts, text)
      if (filled !== undefined) return filled
    }
    return undefined
  }
}

/**
 * Takes the values out of a detail by the parts of its phrase, and puts them between the parts of
 * the text. Each value is as short as it can be. Linear in the detail's length.
 */
const fill = (
  english: string,
  parts: readonly string[],
  text: readonly string[],
): string | undefined => {
  if (!english.startsWith(parts[0]!)) return undefined
  let at = parts[0]!.length
  let filled = text[0]!
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i]!
    const next =
      i === parts.length - 1
        ? english.endsWith(part)
          ? english.length - part.length
          : -1
        : english.indexOf(part, at)
    if (next < at) return undefined
    filled += english.slice(at, next) + text[i]!
    at = next + part.length
  }
  return filled
}

const maxHeader = 1000

/**
 * The language that an Accept-Language header (RFC 9110 §12.5.4) asks for, by lookup (RFC 4647
 * §3.4): the ranges are tried in the order of their weight, each as it is and then without its last
 * subtags. English if none is found, or none is asked for.
 */
export const pickLanguage = (
  header: string | undefined,
  translations: Translations,
): Translation | undefined => {
  if (header === undefined || header.length > maxHeader || translations.size === 0) return undefined
  const ranges = header
    .split(',')
    .flatMap(rangeOf)
    .sort((a, b) => b.weight - a.weight)
  for (const { tag } of ranges) {
    for (let range = tag; range !== ''; range = shortened(range)) {
      if (range === english || range === '*') return undefined
      const found = translations.get(range)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** RFC 4647 §2.1. */
const languageRange = /^(?:\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)$/
/** RFC 9110 §12.4.2. */
const qualityValue = /^\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*$/

const rangeOf = (part: string): { tag: string; weight: number }[] => {
  const [range = '', ...parameters] = part.split(';')
  const tag = range.trim().toLowerCase()
  if (!languageRange.test(tag) || parameters.length > 1) return []
  const [quality] = parameters
  const weight = quality === undefined ? 1 : Number(qualityValue.exec(quality)?.[1] ?? 0)
  return weight === 0 ? [] : [{ tag, weight }]
}

/** The tag without its last subtag, and without a single letter that would then stand last. */
const shortened = (range: string): string =>
  range.slice(0, Math.max(0, range.lastIndexOf('-'))).replace(/-[a-z0-9]$/, '')
