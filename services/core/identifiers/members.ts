import { accept, refuse, type Checked } from '../refusal.ts'
import type { Subject } from './canonical.ts'

/**
 * No identifier is longer than a URL. The bound keeps every reader cheap on hostile input. Base 58,
 * which is quadratic, has far lower bounds of its own.
 */
const maxTextLength = 2048

const readText = (value: unknown, pointer: string): Checked<string> => {
  if (typeof value !== 'string') return refuse('notice/bad-type', pointer, 'a string is needed')
  if (value.length > maxTextLength)
    return refuse('notice/bad-value', pointer, `at most ${maxTextLength} characters`)
  return accept(value)
}

const own = (subject: Subject, name: string): unknown =>
  Object.hasOwn(subject, name) ? subject[name] : undefined

/** A member that must be present, as text. */
export const requiredText = (subject: Subject, name: string, at = '/subject'): Checked<string> => {
  const value = own(subject, name)
  return value === undefined
    ? refuse('notice/missing-member', `${at}/${name}`)
    : readText(value, `${at}/${name}`)
}

/** A member that may be absent, as text. */
export const optionalText = (
  subject: Subject,
  name: string,
  at = '/subject',
): Checked<string | undefined> => {
  const value = own(subject, name)
  return value === undefined ? accept(undefined) : readText(value, `${at}/${name}`)
}

/** A member that may be absent, as an object. */
export const optionalObject = (subject: Subject, name: string): Checked<Subject | undefined> => {
  const value = own(subject, name)
  if (value === undefined) return accept(undefined)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('notice/bad-type', `/subject/${name}`, 'an object is needed')
  return accept(value as Subject)
}
