/** One reference token of an RFC 6901 pointer. */
export const pointerToken = (name: string | number): string =>
  typeof name === 'number'
    ? `/${name}`
    : `/${/[~/]/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name}`

const maxPointerLength = 1024

/**
 * Puts `token` in front of `rest`. Names come from the sender and may be as long as the body. A
 * pointer that would exceed its bound names an object above the member instead.
 */
export const parentPointer = (token: string, rest: string): string => {
  if (token.length > maxPointerLength) return ''
  return token.length + rest.length > maxPointerLength ? token : token + rest
}
