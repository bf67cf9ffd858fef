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
  if (!read.ok) return read
  const at = nulIn(read.value)
  return at === undefined ? read : refuse('body/nul', at)
}

/** The pointer of the first NUL. The strict reader bounds the depth. */
const nulIn = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value.includes('\0') ? '' : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, member] of Object.entries(value)) {
    if (name.includes('\0')) return ''
    const at = nulIn(member)
    if (at !== undefined)
      return parentPointer(pointerToken(Array.isArray(value) ? Number(name) : name), at)
  }
  return undefined
}
