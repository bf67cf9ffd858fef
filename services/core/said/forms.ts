import type {
  Confirmation,
  ConfirmationDisclosed,
  ConsentDisclosed,
  ConsentStatement,
  Reaction,
  ReactionDisclosed,
  StillOpen,
} from '../generated/types.ts'
import type { RawDisclosure } from '../signing/sd-jwt.ts'

/** The types of what is said, each with its payload and what it discloses apart. */
export type SaidForms = {
  readonly confirmation: {
    readonly payload: Confirmation
    readonly disclosed: ConfirmationDisclosed
  }
  readonly consent: { readonly payload: ConsentStatement; readonly disclosed: ConsentDisclosed }
  readonly reaction: { readonly payload: Reaction; readonly disclosed: ReactionDisclosed }
  readonly 'still-open': {
    readonly payload: StillOpen
    readonly disclosed: Readonly<Record<string, never>>
  }
}

export type SaidType = keyof SaidForms

/** A statement that is read completely: `disclosed` holds the values of its disclosures. */
export type OpenSaid<T extends SaidType = SaidType> = {
  [K in T]: { readonly type: K } & SaidForms[K] & {
      readonly disclosures: readonly RawDisclosure[]
    }
}[T]
