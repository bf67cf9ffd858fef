import { readFileSync, statSync } from 'node:fs'

/**
 * Reads a file that nobody else may read: as PostgreSQL does, 0600 or less; 0640 or less for a file
 * of root's, which is how a mounted secret comes. Throws with what to do; never with any of its
 * content. A line end at the end is not part of it.
 */
export const readSecret = (file: string): string => {
  requirePrivate(file)
  const text = readFileSync(file, 'utf8').trimEnd()
  if (text === '') throw new Error(`The secret file ${file} is empty`)
  return text
}

/**
 * Throws, with what to do, where others may read the file. `what` names it in the message, such as
 * `key file`.
 */
export const requirePrivate = (file: string, what = 'secret file'): void => {
  const { mode, uid } = statSync(file)
  const forbidden = uid === 0 && process.getuid?.() !== 0 ? 0o037 : 0o077
  if ((mode & forbidden) !== 0)
    throw new Error(`The ${what} ${file} is open to others; run: chmod 600 ${file}`)
}
