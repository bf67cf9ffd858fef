import type { Checked, Warning } from '../refusal.ts'

/** Another subject with the same holder or the same bytes. It is related, never merged. */
export type Link = { readonly kind: string; readonly key: string }

/**
 * The form in which a subject is matched. `key` is equal for equivalent writings within a kind, and
 * for nothing else. `shared` marks a subject that many people use (a deposit address without a tag,
 * a sender name), which never counts as one person's.
 */
export type Canonical = {
  readonly key: string
  readonly links?: readonly Link[]
  readonly shared?: true
  readonly [attribute: string]: string | true | readonly Link[] | undefined
}

export type Identified = { readonly canonical: Canonical; readonly warnings: Warning[] }

/**
 * The subject as parsed from JSON. Every identifier function accepts any such value: it refuses,
 * and never throws.
 */
export type Subject = Readonly<Record<string, unknown>>

/**
 * Reads a subject of one kind. Pointers in refusals and warnings are relative to the notice body.
 */
export type Identifier = (subject: Subject) => Checked<Identified>
