import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { orClose, watchedFile } from '#runtime/files/watched-file.ts'
import type { Log } from '#runtime/process/log.ts'
import { publicKeyObject, readPublicKey, thumbprint } from '#core/signing/keys.ts'

/**
 * The hub's reply keys that this gateway trusts, by kid, from a JWK set (RFC 7517 §5). Throws an
 * error that says what to do.
 */
const loadHubKeys = async (file: string): Promise<ReadonlyMap<string, KeyObject>> => {
  const set = JSON.parse(await readFile(file, 'utf8')) as { keys?: unknown }
  if (!Array.isArray(set.keys) || set.keys.length === 0)
    throw new Error(`${file} holds no JWK set; get the hub's from its operator`)
  return new Map(
    set.keys.map((jwk: unknown) => {
      const key = readPublicKey(jwk)
      if (!key.ok)
        throw new Error(
          `${file} holds a key that is not a strict Ed25519 public JWK (${key.refusal.code})`,
        )
      return [thumbprint(key.value), publicKeyObject(key.value)] as const
    }),
  )
}

export type HubKeys = {
  readonly current: () => ReadonlyMap<string, KeyObject>
  readonly close: () => Promise<void>
}

/**
 * The same keys, read again when the file changes, so that the hub can rotate its key: the file
 * gets both keys, then the hub signs with the new one, then the old one is taken out and counts no
 * more. If the file cannot be read, the log says so once and the keys stay.
 */
export const followHubKeys = async (file: string, log: Log, lookMs = 1000): Promise<HubKeys> => {
  const followed = watchedFile({
    files: [file],
    load: () => loadHubKeys(file),
    lookMs,
    onChange: (keys) => log.info({ kids: [...keys.keys()] }, "the hub's keys were read again"),
    onError: (error) =>
      log.error({ err: error }, "the hub's keys were not read again; the keys from before stay"),
  })
  await orClose(followed)
  return followed
}
