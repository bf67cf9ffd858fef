import { kinds } from '#core/generated/kinds.ts'

/** A topic that every reader has: everything, or one kind. */
export type Topic = { readonly name: string; readonly kind: string | null }

export const readTopic = (name: string): Topic | undefined => {
  if (name === 'all') return { name, kind: null }
  return (kinds as readonly string[]).includes(name) ? { name, kind: name } : undefined
}
