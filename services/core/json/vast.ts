const mostMembers = 1000

/**
 * Whether a value has more members or items in one place than any notice may have. Such a body is
 * refused by its schema; whatever else is computed over all of it would only take long.
 */
export const isVast = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.length > mostMembers || value.some(isVast)
  const names = Object.keys(value)
  return (
    names.length > mostMembers ||
    names.some((name) => isVast((value as Readonly<Record<string, unknown>>)[name]))
  )
}
