/**
 * How long a token is valid, in seconds, counted from its `iat` or from now, whichever is earlier:
 * a token that is dated into the future does not look shorter for it.
 */
export const tokenLife = ({ iat, exp }: { readonly iat: number; readonly exp: number }): number =>
  exp - Math.min(iat, Math.ceil(Date.now() / 1000))
