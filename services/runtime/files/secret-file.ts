import { readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fromBase64url } from '#core/signing/keys.ts'

/**
 * Reads a file that nobody else may read. Its mode must be 0600 or less, as PostgreSQL requires, or
 * 0640 or less if root owns it and the process is not root, as with a mounted secret. Throws an
 * error that says what to do and holds none of the content. A line end at the end of the file is
 * not part of the secret.
 */
export const readSecret = (file: string): string => {
  requirePrivate(file)
  const text = readFileSync(file, 'utf8').trimEnd()
  if (text === '') throw new Error(`The secret file ${file} is empty`)
  return text
}

/**
 * Throws an error that says what to do if others may read the file. `what` names the file in the
 * message, such as `key file`.
 */
export const requirePrivate = (file: string, what = 'secret file'): void => {
  const { mode, uid } = statSync(file)
  const forbidden = uid === 0 && process.getuid?.() !== 0 ? 0o037 : 0o077
  if ((mode & forbidden) !== 0)
    throw new Error(`The ${what} ${file} is open to others; run: chmod 600 ${file}`)
}

/** Reads a secret key: 32 bytes or more, base64url, in a file that nobody else may read. */
export const readSecretKey = async (file: string): Promise<Buffer> => {
  requirePrivate(file, 'key file')
  const key = fromBase64url((await readFile(file, 'utf8')).trim())
  if (key === undefined || key.length < 32) {
    throw new Error(
      `The key file ${file} does not hold 32 bytes as base64url; make one with: openssl ` +
        `rand 32 | basenc --base64url -w0 | tr -d = > ${file} && chmod 600 ${file}`,
    )
  }
  return key
}
