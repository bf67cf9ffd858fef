import type { Canonical, Link } from './canonical.ts'

/**
 * The keys under which a subject is known: its own first, then those of the same holder or the same
 * bytes, each once. Lookups find a notice under each of them, and the never-list goes by all of
 * them. Content that is destroyed has none.
 */
export const linkedKeys = (kind: string, { key, links = [] }: Partial<Canonical>): Link[] =>
  key === undefined
    ? []
    : [...new Map([{ kind, key }, ...links].map((s) => [`${s.kind} ${s.key}`, s])).values()]
