/**
 * The names that a platform gives its users. `handle` applies to the folded name, in small letters.
 */
export type Platform = {
  readonly handle?: RegExp
  readonly id?: RegExp
  readonly phone?: true
  readonly fold?: (handle: string) => string
  readonly keepsAt?: boolean
  /** A name of digits only is the account's id. */
  readonly numericHandleIsId?: true
}

const digits = /^\d{1,20}$/u

/**
 * The rules from the help pages of the platforms. If a platform ignores more than case in names,
 * `fold` says what.
 */
export const platforms: Readonly<Record<string, Platform>> = {
  telegram: {
    handle: /^[a-z][a-z0-9_]{3,31}$/u,
    id: /^-?\d{1,20}$/u,
    phone: true,
  },
  whatsapp: { phone: true },
  // @name is an official account and name is a person, so they are two accounts.
  line: {
    handle: /^@?[a-z0-9][a-z0-9._-]{1,19}$/u,
    id: /^U[0-9a-f]{32}$/u,
    phone: true,
    keepsAt: true,
  },
  // Facebook ignores dots and case in names.
  facebook: {
    handle: /^[a-z0-9]{5,50}$/u,
    id: digits,
    numericHandleIsId: true,
    fold: (handle) => handle.replaceAll('.', ''),
  },
  instagram: { handle: /^[a-z0-9._]{1,30}$/u, id: digits },
  tiktok: { handle: /^[a-z0-9._]{2,24}$/u, id: digits },
  x: {
    handle: /^[a-z0-9_]{1,15}$/u,
    id: digits,
  },
  youtube: {
    handle: /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._·-]{2,29}$/u,
    id: /^UC[A-Za-z0-9_-]{22}$/u,
  },
  wechat: { handle: /^[a-z][a-z0-9_-]{5,19}$/u, phone: true },
  zalo: { id: digits, phone: true },
  viber: { phone: true },
  signal: { handle: /^[a-z_][a-z0-9_]{2,31}\.\d{2,9}$/u, phone: true },
  discord: { handle: /^[a-z0-9_.]{2,32}$/u, id: digits },
  kakaotalk: { handle: /^[a-z0-9._-]{4,20}$/u, id: /^_[A-Za-z]{3,20}$/u, phone: true },
  snapchat: { handle: /^[a-z][a-z0-9._-]{1,13}[a-z0-9]$/u },
  linkedin: { handle: /^[\p{L}\p{M}\p{N}-]{3,100}$/u },
  skype: { handle: /^(?:live:)?[a-z0-9._,-]{5,50}$/u, phone: true },
  threads: { handle: /^[a-z0-9._]{1,30}$/u },
}
