import type { Checked, Warning } from '../refusal.ts'

/** Another subject that has the same holder or the same bytes: related, never merged. */
export type Link = { readonly kind: string; readonly key: string }

/**
 * The form in which a subject is matched. `key` is equal for equivalent writings within a kind and
 * for nothing else; `shared` marks what many people use (a deposit address without tag, a sender
 * name) and so never counts as one person's.
 */
export type Canonical = {
  readonly key: string
  readonly links?: readonly Link[]
  readonly shared?: true
  readonly [attribute: string]: string | true | readonly Link[] | undefined
}

export type Identified = { readonly canonical: Canonical; readonly warnings: Warning[] }

/**
 * The subject as parsed from JSON. Every identifier function is total over it: it refuses, it never
 * throws.
 */
export type Subject = Readonly<Record<string, unknown>>

/**
 * Reads a subject of one kind. Pointers in refusals and warnings are relative to the notice body.
 */
export type Identifier = (subject: Subject) => Checked<Identified>
