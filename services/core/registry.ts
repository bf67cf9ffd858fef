/**
 * The registry: who is admitted, with which keys and rights. A value, read as of one version; nothing here fetches it.
 * All times are microseconds since the Unix epoch, UTC.
 */
export type Micros = number

/** Half open: belongs at t when from <= t and (no `to` or t < to). */
export type Interval = { readonly from: Micros; readonly to?: Micros }

export type ParticipantType = 'member' | 'dialogue-partner' | 'corporate-partner'
export type Standing = 'active' | 'suspended'

export type Participant = {
  readonly id: string
  readonly type: ParticipantType
  readonly name: string
  readonly status: Standing
  /** When it belonged to the hub. */
  readonly admitted: readonly Interval[]
  /** The member whose NCB a corporate partner is attached to. */
  readonly attachedTo?: string
}

/** `strict`: may read AMBER+STRICT; `case`: sees caseReference and contact; `lookup`: may ask; `submit`: may submit notices. */
export type Right = 'read' | 'strict' | 'case' | 'lookup' | 'submit'
export type AgencyRole = 'ncb' | 'victim-desk'

export const purposes = [
  'criminal-investigation', 'victim-rescue', 'asset-recovery', 'account-freezing', 'crime-prevention',
  'border-management', 'threat-analysis',
] as const
export type Purpose = (typeof purposes)[number]

export type Agency = {
  readonly id: string
  readonly participant: string
  readonly name: string
  readonly status: Standing
  readonly rights: readonly Right[]
  readonly purposes: readonly Purpose[]
  readonly roles: readonly AgencyRole[]
}

export type Group = { readonly id: string; readonly name: string; readonly members: Readonly<Record<string, readonly Interval[]>> }

export type KeyPurpose = 'notice' | 'witness' | 'reply' | 'checkpoint'
export type PublicJwk = { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }

export type Key = {
  /** RFC 7638 thumbprint. */
  readonly kid: string
  /** The participant's id, or `hub`. */
  readonly owner: string
  readonly purpose: KeyPurpose
  readonly jwk: PublicJwk
  readonly valid: Interval
  /** `superseded` keys still verify what was logged before; `compromised` refuses everything not yet logged. */
  readonly status: 'active' | 'superseded' | 'compromised'
}

export type Client = {
  readonly id: string
  readonly agency: string
  readonly purpose: Purpose
  readonly status: Standing
  /** scrypt hash of the secret, or public keys for private_key_jwt (RFC 7523). */
  readonly secretHash?: string
  readonly jwks?: readonly object[]
}

export type Registry = {
  readonly version: number
  readonly participants: ReadonlyMap<string, Participant>
  readonly agencies: ReadonlyMap<string, Agency>
  readonly groups: ReadonlyMap<string, Group>
  readonly keys: ReadonlyMap<string, Key>
  readonly clients: ReadonlyMap<string, Client>
}

export const covers = (intervals: readonly Interval[] | undefined, at: Micros): boolean =>
  intervals?.some((i) => i.from <= at && (i.to === undefined || at < i.to)) ?? false
