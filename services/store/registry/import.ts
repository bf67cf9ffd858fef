import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { thumbprint } from '#core/signing/keys.ts'
import type { Refusal } from '#core/refusal.ts'
import type { Client, Registry } from '#core/registry/registry.ts'
import {
  admitAgency,
  admitParticipant,
  enrolKey,
  setClient,
  setGroup,
  type RegistryChange,
} from '#core/registry/change.ts'
import {
  checkRegistryFile,
  readRegistryFile,
  type ClientEntry,
  type RegistryFile,
} from '#core/registry/file.ts'
import { checkSecret, hashSecret } from '#runtime/keys/client-secret.ts'
import { changeRegistry, loadRegistry } from './registry.ts'

/**
 * `secrets` holds the secrets that the import made, by client id. They are shown once and stored
 * nowhere.
 */
export type Imported = {
  readonly registry: Registry
  readonly secrets: Readonly<Record<string, string>>
}
export type ImportOutcome =
  | { readonly ok: true; readonly value: Imported }
  | { readonly ok: false; readonly refusals: readonly Refusal[] }

/**
 * Brings the registry to what a file says, as one version. A file that is in force already makes no
 * version. Rows that the file does not name stay as they are. Durable when it resolves; if any part
 * of the file is refused, nothing is written.
 *
 * The import fills an empty registry, when nobody exists yet who could agree. Once there are
 * participants two persons decide (`proposals.ts`), and a file that would change anything is
 * refused unless `offline`: the owner of the database can write anything in any case, and is on
 * record as having done so.
 */
export const importRegistry = async (
  pool: Pool,
  author: { who: string; why: string },
  file: unknown,
  offline = false,
): Promise<ImportOutcome> => {
  const read = readRegistryFile(file)
  if (!read.ok) return { ok: false, refusals: [read.refusal] }
  const before = await loadRegistry(pool)
  const refusals = checkRegistryFile(read.value, before)
  if (refusals.length > 0) return { ok: false, refusals }
  const clients = await Promise.all(
    (read.value.clients ?? []).map((entry) => credentials(entry, before.clients.get(entry.id))),
  )
  const registry = await fill(
    pool,
    author,
    changesOf(
      read.value,
      clients.map((c) => c.client),
    ),
    offline,
  )
  if (registry === undefined) return { ok: false, refusals: [{ code: 'registry/two-persons' }] }
  // Another administrator may have enrolled one of the keys, or made one of the clients, since the
  // file was read.
  const taken = [...checkRegistryFile({ keys: read.value.keys ?? [] }, registry)]
  if (taken.length > 0) return { ok: false, refusals: taken }
  return {
    ok: true,
    value: {
      registry,
      secrets: Object.fromEntries(
        clients.flatMap(({ client, made }) => (made === undefined ? [] : [[client.id, made]])),
      ),
    },
  }
}

class NotEmpty extends Error {
  override name = 'NotEmpty'
}

/** Undefined if the file would change a registry that has participants. */
const fill = async (
  pool: Pool,
  { who, why }: { who: string; why: string },
  changes: readonly RegistryChange[],
  offline: boolean,
): Promise<Registry | undefined> => {
  try {
    return await changeRegistry(
      pool,
      { who: `${offline ? 'offline' : 'bootstrap'}: ${who}`, why },
      changes,
      (before) => {
        if (before.participants.size > 0 && !offline) throw new NotEmpty()
      },
    )
  } catch (error) {
    if (error instanceof NotEmpty) return undefined
    throw error
  }
}

const changesOf = (
  file: RegistryFile,
  clients: readonly Omit<Client, 'status'>[],
): RegistryChange[] => [
  ...(file.participants ?? []).map((p) => admitParticipant(p)),
  ...(file.agencies ?? []).map((a) => admitAgency(a)),
  ...(file.groups ?? []).map((g) => setGroup(g.id, g.name, g.members)),
  ...(file.keys ?? []).map(({ owner, purpose, jwk: { kty, crv, x } }) =>
    enrolKey({ kid: thumbprint({ kty, crv, x }), owner, purpose, jwk: { kty, crv, x } }),
  ),
  ...clients.map((c) => setClient(c)),
]

const secretBytes = 32

/**
 * How a client proves itself: as the file says, else as the registry has it, else by a secret made
 * here.
 */
const credentials = async (
  { secret, ...given }: ClientEntry,
  held: Client | undefined,
): Promise<{ client: Omit<Client, 'status'>; made?: string }> => {
  if (secret !== undefined) {
    const hash = held?.secretHash
    const same = hash !== undefined && (await checkSecret(secret, hash))
    return { client: { ...given, secretHash: same ? hash : await hashSecret(secret) } }
  }
  if (given.secretHash !== undefined || given.jwks !== undefined) return { client: given }
  if (held?.secretHash !== undefined || held?.jwks !== undefined) {
    return {
      client: {
        ...given,
        ...(held.secretHash !== undefined && { secretHash: held.secretHash }),
        ...(held.jwks !== undefined && { jwks: held.jwks }),
      },
    }
  }
  const made = randomBytes(secretBytes).toString('base64url')
  return { client: { ...given, secretHash: await hashSecret(made) }, made }
}
