/**
 * How long a token is good for, in seconds, from when it was made or from now: one dated into the
 * future lives no longer for it.
 */
export const tokenLife = ({ iat, exp }: { readonly iat: number; readonly exp: number }): number =>
  exp - Math.min(iat, Math.ceil(Date.now() / 1000))
