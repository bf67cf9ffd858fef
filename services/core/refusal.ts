import type { Code } from './catalogue/catalogue.ts'

/**
 * Why something was not taken: a stable code, the place (RFC 6901 pointer into the body), and a
 * detail. It is a value, never an exception.
 */
export type Refusal = {
  readonly code: Code
  readonly pointer?: string
  readonly detail?: string
  readonly retryAfterSeconds?: number
}

/** The outcome of a check: the narrower value, or the refusal. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal }

/** A warning about something that was accepted. Its code is one of the same catalogue. */
export type Warning = Refusal

export const accept = <T>(value: T): Checked<T> => ({ ok: true, value })

export const refuse = (
  code: Code,
  pointer?: string,
  detail?: string,
): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: {
    code,
    ...(pointer !== undefined && { pointer }),
    ...(detail !== undefined && { detail }),
  },
})
