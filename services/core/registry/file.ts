import { Ajv2020 } from 'ajv/dist/2020.js'
import { readPublicKey, thumbprint } from '../signing/keys.ts'
import { accept, refuse, type Checked, type Refusal } from '../refusal.ts'
import {
  agencyRoles,
  keyPurposes,
  purposes,
  rights,
  type Agency,
  type Client,
  type Key,
  type Participant,
  type PublicJwk,
  type Registry,
} from './registry.ts'

/**
 * A client in a file: its secret, the hash of it, public keys, or none of them, and then a secret
 * is made.
 */
export type ClientEntry = Omit<Client, 'status'> & { readonly secret?: string }
type KeyEntry = Pick<Key, 'owner' | 'purpose'> & { readonly jwk: PublicJwk }

/**
 * What the registry should hold. Rows that the file names and the registry lacks are added. Rows
 * that it does not name stay.
 */
export type RegistryFile = {
  readonly participants?: readonly Omit<Participant, 'admitted' | 'status'>[]
  readonly agencies?: readonly Omit<Agency, 'status'>[]
  readonly groups?: readonly {
    readonly id: string
    readonly name: string
    readonly members: readonly string[]
  }[]
  readonly keys?: readonly KeyEntry[]
  readonly clients?: readonly ClientEntry[]
}

const id = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }
const text = { type: 'string', minLength: 1, maxLength: 200 }
const purpose = { type: 'string', enum: purposes }
const list = (items: object) => ({ type: 'array', uniqueItems: true, items })
const objects = (required: readonly string[], properties: object) =>
  list({ type: 'object', additionalProperties: false, required, properties })
const grant = {
  type: 'object',
  additionalProperties: false,
  required: ['rights', 'purposes'],
  properties: { rights: list({ type: 'string', enum: rights }), purposes: list(purpose) },
}

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    participants: objects(['id', 'type', 'name'], {
      id,
      name: text,
      attachedTo: id,
      type: { enum: ['member', 'dialogue-partner', 'corporate-partner'] },
      grant,
    }),
    agencies: objects(['id', 'participant', 'name', 'rights', 'purposes', 'roles'], {
      id,
      participant: id,
      name: text,
      purposes: list(purpose),
      rights: list({ type: 'string', enum: rights }),
      roles: list({ type: 'string', enum: agencyRoles }),
    }),
    groups: objects(['id', 'name', 'members'], { id, name: text, members: list(id) }),
    keys: objects(['owner', 'purpose', 'jwk'], {
      owner: id,
      purpose: { enum: keyPurposes },
      jwk: { type: 'object' },
    }),
    clients: objects(['id', 'agency', 'purpose'], {
      id,
      agency: id,
      purpose,
      secret: { type: 'string', minLength: 16, maxLength: 200 },
      secretHash: { type: 'string', pattern: '^scrypt\\$' },
      jwks: { type: 'array', minItems: 1, items: { type: 'object' } },
    }),
  },
}

const check = new Ajv2020({ allErrors: false }).compile<RegistryFile>(schema)

/** Reads a registry file's structure. Values never appear in a refusal: a file may hold secrets. */
export const readRegistryFile = (value: unknown): Checked<RegistryFile> => {
  if (check(value)) return accept(value)
  const { instancePath, message } = check.errors![0]!
  return refuse('registry/bad-file', instancePath, message ?? 'is not valid')
}

/**
 * The contradictions between the file and the registry, or within the file: a name that does not
 * exist, a key that cannot be used or belongs to another. Names are never removed from a registry,
 * so the answer stays true while others change it.
 */
export const checkRegistryFile = (file: RegistryFile, registry: Registry): Refusal[] => {
  const participants = new Set([
    ...registry.participants.keys(),
    ...(file.participants ?? []).map((p) => p.id),
  ])
  const agencies = new Set([...registry.agencies.keys(), ...(file.agencies ?? []).map((a) => a.id)])
  return [
    ...(['participants', 'agencies', 'groups', 'clients'] as const).flatMap((name) =>
      checkOnce(file[name] ?? [], name),
    ),
    ...(file.participants ?? []).flatMap((p, i) =>
      checkParticipant(p, `/participants/${i}`, file, registry),
    ),
    ...(file.agencies ?? []).flatMap((a, i) =>
      checkAgency(a, `/agencies/${i}`, participants, registry),
    ),
    ...(file.groups ?? []).flatMap((g, i) =>
      g.members.flatMap((m, j) => known(participants, m, `/groups/${i}/members/${j}`)),
    ),
    ...(file.keys ?? []).flatMap((k, i) => checkKey(k, `/keys/${i}`, participants, registry)),
    ...(file.clients ?? []).flatMap((c, i) => known(agencies, c.agency, `/clients/${i}/agency`)),
  ]
}

const refusal = (code: Refusal['code'], pointer: string, detail?: string): Refusal[] => [
  { code, pointer, ...(detail !== undefined && { detail }) },
]

/** It is unclear which of two entries should hold. */
const checkOnce = (entries: readonly { readonly id: string }[], name: string): Refusal[] =>
  entries.flatMap(({ id }, i) =>
    entries.findIndex((other) => other.id === id) < i
      ? refusal('registry/bad-file', `/${name}/${i}/id`, 'is there twice')
      : [],
  )

const known = (names: ReadonlySet<string>, name: string, pointer: string): Refusal[] =>
  names.has(name) ? [] : refusal('registry/unknown-name', pointer, name)

type ParticipantEntry = Omit<Participant, 'admitted' | 'status'>

const checkParticipant = (
  p: ParticipantEntry,
  pointer: string,
  file: RegistryFile,
  registry: Registry,
): Refusal[] => {
  if (p.id === 'hub') return refusal('registry/reserved-name', `${pointer}/id`, p.id)
  if (p.type !== 'corporate-partner')
    return p.attachedTo === undefined
      ? []
      : refusal('registry/bad-attachment', `${pointer}/attachedTo`)
  const host =
    file.participants?.find((other) => other.id === p.attachedTo) ??
    registry.participants.get(p.attachedTo ?? '')
  return host?.type === 'member' ? [] : refusal('registry/bad-attachment', `${pointer}/attachedTo`)
}

/** An agency never moves: its notices and deliveries belong to its participant. */
const checkAgency = (
  a: Omit<Agency, 'status'>,
  pointer: string,
  participants: ReadonlySet<string>,
  registry: Registry,
): Refusal[] => {
  const held = registry.agencies.get(a.id)
  if (held !== undefined && held.participant !== a.participant)
    return refusal('registry/other-owner', `${pointer}/participant`, held.participant)
  return known(participants, a.participant, `${pointer}/participant`)
}

const hubPurposes = new Set(['reply', 'checkpoint'])

const checkKey = (
  { owner, purpose, jwk }: KeyEntry,
  pointer: string,
  participants: ReadonlySet<string>,
  registry: Registry,
): Refusal[] => {
  const read = readPublicKey(jwk)
  if (!read.ok) return refusal(read.refusal.code, `${pointer}/jwk${read.refusal.pointer}`)
  if (hubPurposes.has(purpose) !== (owner === 'hub'))
    return refusal('registry/bad-purpose', `${pointer}/purpose`, purpose)
  if (owner !== 'hub' && !participants.has(owner))
    return refusal('registry/unknown-name', `${pointer}/owner`, owner)
  const held = registry.keys.get(thumbprint(read.value))
  const same = held === undefined || (held.owner === owner && held.purpose === purpose)
  return same ? [] : refusal('registry/other-owner', `${pointer}/jwk`)
}
