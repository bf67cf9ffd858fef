/**
 * The registry: the participants that are admitted, with their keys and rights. It is a value as of
 * one version, and no function here fetches it. All times are microseconds since the Unix epoch,
 * UTC.
 */
export type Micros = number

/** A half-open interval: it holds t if from <= t and (no `to` or t < to). */
export type Interval = { readonly from: Micros; readonly to?: Micros }

export type ParticipantType = 'member' | 'dialogue-partner' | 'corporate-partner'
export type Standing = 'active' | 'suspended'

export type Participant = {
  readonly id: string
  readonly type: ParticipantType
  readonly name: string
  readonly status: Standing
  /** The intervals in which it was admitted to the hub. */
  readonly admitted: readonly Interval[]
  /** The member whose NCB a corporate partner is attached to. */
  readonly attachedTo?: string
  /**
   * The rights that its NCB may give to agencies. If this is missing, the default of its type
   * (`grant.ts`) holds.
   */
  readonly grant?: Grant
}

/** The rights and purposes that an agency of a participant may have at most. */
export type Grant = { readonly rights: readonly Right[]; readonly purposes: readonly Purpose[] }

/**
 * `strict`: may read AMBER+STRICT; `case`: sees caseReference and contact; `lookup`: no service
 * asks for it yet; `submit`: may submit notices.
 */
export const rights = ['read', 'strict', 'case', 'lookup', 'submit'] as const
export type Right = (typeof rights)[number]
export const agencyRoles = ['ncb', 'victim-desk'] as const
export type AgencyRole = (typeof agencyRoles)[number]

export const purposes = [
  'criminal-investigation',
  'victim-rescue',
  'asset-recovery',
  'account-freezing',
  'crime-prevention',
  'border-management',
  'threat-analysis',
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

export type Group = {
  readonly id: string
  readonly name: string
  readonly members: Readonly<Record<string, readonly Interval[]>>
}

/** `ncb`: countersigns the other keys of its country. */
export const keyPurposes = ['notice', 'witness', 'ncb', 'reply', 'checkpoint'] as const
export type KeyPurpose = (typeof keyPurposes)[number]
export type PublicJwk = { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }

export type Key = {
  /** RFC 7638 thumbprint. */
  readonly kid: string
  /** The participant's id, or `hub`. */
  readonly owner: string
  readonly purpose: KeyPurpose
  readonly jwk: PublicJwk
  readonly valid: Interval
  /**
   * `superseded`: another key has replaced it, and `valid` ends. `compromised`: the hub refuses
   * every submission that is not logged yet, whatever its time.
   */
  readonly status: 'active' | 'superseded' | 'compromised'
  /** The time since which others may have had a compromised key. */
  readonly suspectedSince?: Micros
  /** The JWS of its NCB over owner, kid, purpose and validity (`key-proof.ts`). */
  readonly countersignature?: string
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

/** Whether a key may sign for its owner at a time. */
export const isGoodKey = ({ status, valid }: Pick<Key, 'status' | 'valid'>, at: Micros): boolean =>
  status !== 'compromised' && covers([valid], at)
