import { readFile } from 'node:fs/promises'
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import { readPublicKey, thumbprint } from '#core/signing/keys.ts'
import { orClose, watchedFile } from '#runtime/files/watched-file.ts'
import type { Log } from '#runtime/process/log.ts'

/** The claims that tokens of a key may carry. A claim that is not named here is free. */
type Binding = {
  readonly sub?: string
  readonly role?: string
  readonly participant?: string
}

export type SessionKeys = {
  readonly keys: JWTVerifyGetKey
  /** undefined for a key that is not in the file. */
  readonly boundTo: (kid: string | undefined) => Binding | undefined
}
export type FollowedKeys = {
  readonly current: () => SessionKeys
  readonly close: () => Promise<void>
}

const bound = ['sub', 'role', 'participant'] as const

/**
 * The keys that sign operators' tokens, by thumbprint, from a JWK or a JWK set. A private part in
 * the file is ignored: the console never signs. A key with `sub`, `role` or `participant` beside it
 * signs for nobody else. If each person has such a key, nobody can act as two. Throws an error that
 * says what to do.
 */
const loadSessionKeys = async (file: string): Promise<SessionKeys> => {
  const bindings = new Map<string, Binding>()
  const keys = jwksOf(parse(await readFile(file, 'utf8'), file)).map((jwk) => {
    const { kty, crv, x, ...more } = (jwk ?? {}) as Record<string, unknown>
    const read = readPublicKey({ kty, crv, x })
    if (!read.ok)
      throw new Error(
        `${file} holds a key that is not a strict Ed25519 JWK ` +
          `(${read.refusal.code}); make one with: switchboard admin key generate --out ${file}`,
      )
    const kid = thumbprint(read.value)
    bindings.set(kid, bindingOf(more, file))
    return { ...read.value, kid, alg: 'EdDSA', use: 'sig' }
  })
  if (keys.length === 0)
    throw new Error(
      `${file} holds no key; make one with: switchboard admin key generate --out ${file}`,
    )
  // a token without a kid is verified by the only key, if there is only one
  const only = keys.length === 1 ? keys[0]!.kid : ''
  return { keys: createLocalJWKSet({ keys }), boundTo: (kid = only) => bindings.get(kid) }
}

const bindingOf = (jwk: Readonly<Record<string, unknown>>, file: string): Binding =>
  Object.fromEntries(
    bound.flatMap((name) => {
      const only = jwk[name]
      if (only === undefined) return []
      if (typeof only !== 'string' || only === '')
        throw new Error(`${file} binds a key to a ${name} that is no text`)
      return [[name, only]]
    }),
  )

/** The same keys, read every second. A key that is taken out of the file counts no more. */
export const followSessionKeys = async (
  file: string,
  log: Log,
  lookMs = 1000,
): Promise<FollowedKeys> => {
  const followed = watchedFile({
    files: [file],
    load: () => loadSessionKeys(file),
    lookMs,
    onChange: () => log.info('the session keys were read again'),
    onError: (error) =>
      log.error({ err: error }, 'the session keys were not read again; the keys from before stay'),
  })
  await orClose(followed)
  return followed
}

const jwksOf = (value: unknown): unknown[] => {
  if (typeof value !== 'object' || value === null) return []
  return 'keys' in value && Array.isArray(value.keys) ? value.keys : 'kty' in value ? [value] : []
}

const parse = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // the cause is left out, because it can repeat a part of the key
    throw new Error(`${file} is not JSON; it holds a JWK or a JWK set`)
  }
}
