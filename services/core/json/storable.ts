import { refuse, type Checked } from '../refusal.ts'
import { parentPointer, pointerToken } from './pointer.ts'
import { readStrict } from './strict-json.ts'

/**
 * Reads JSON that is to be stored: strictly, and without the character NUL (U+0000) in any string
 * or name, because PostgreSQL cannot store it. Errors: those of `readStrict`, and `body/nul` with
 * the pointer of the member.
 */
export const readStorable = (bytes: Uint8Array): Checked<unknown> => {
  const read = readStrict(bytes)
  if (!read.ok || !mayHoldNul(bytes)) return read
  const at = nulIn(read.value)
  return at === undefined ? read : refuse('body/nul', at)
}

/** JSON has no other way to write NUL. Looking for it is much faster than to visit each member. */
const mayHoldNul = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('\\u0000')

/** The pointer of the first NUL. The strict reader bounds the depth. */
const nulIn = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value.includes('\0') ? '' : undefined
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return nulInItems(value)
  for (const name of Object.keys(value)) {
    if (name.includes('\0')) return ''
    const at = nulIn((value as Readonly<Record<string, unknown>>)[name])
    if (at !== undefined) return parentPointer(pointerToken(name), at)
  }
  return undefined
}

const nulInItems = (items: readonly unknown[]): string | undefined => {
  for (const [i, item] of items.entries()) {
    const at = nulIn(item)
    if (at !== undefined) return parentPointer(pointerToken(i), at)
  }
  return undefined
}
