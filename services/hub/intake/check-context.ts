import type { KeyObject } from 'node:crypto'
import type { Marked } from '#core/decide/decide.ts'
import type { NeverList } from '#core/identifiers/never-list.ts'
import type { KnownNames } from '#core/notice/notice.ts'
import { knownNames } from '#core/registry/known-names.ts'
import type { Key, Micros, Registry } from '#core/registry/registry.ts'
import type { HeldBytes } from '#store/log/quarantine.ts'
import type { SchemaVersions } from '#core/schema/versions.ts'
import { publicKeyObject } from '#core/signing/keys.ts'

/** The rules that the hub reads once, when it starts. */
export type CheckRules = {
  readonly neverList: NeverList
  readonly schemas: SchemaVersions
  /**
   * The bytes of a participant's submission that waits, or waited, for its confirmation. Rejects
   * when the database is away.
   */
  readonly heldBytes: (participant: string, digest: Buffer) => Promise<HeldBytes | undefined>
  /**
   * What `decide` reads of the newest version of a notice; undefined if there is none. Rejects when
   * the database is away.
   */
  readonly newestMark: (issuer: string, id: string) => Promise<Marked | undefined>
  /** How many statements of a participant about a notice are logged; counted up to a bound. */
  readonly saidAbout: (participant: string, issuer: string, id: string) => Promise<number>
  /** Whether an agency was told of a version of a notice, for any purpose. */
  readonly wasTold: (agency: string, issuer: string, id: string) => Promise<boolean>
}

/** What the checks of a batch need: one version of the registry, prepared once for the batch. */
export type CheckContext = CheckRules & {
  readonly registry: Registry
  readonly view: KnownNames
  readonly now: Micros
  readonly keyObject: (key: Key) => KeyObject
}

export const checkContext = (registry: Registry, now: Micros, rules: CheckRules): CheckContext => ({
  ...rules,
  registry,
  view: knownNames(registry),
  now,
  keyObject,
})

const keyObjects = new WeakMap<Key, KeyObject>()
const keyObject = (key: Key): KeyObject => {
  const held = keyObjects.get(key) ?? publicKeyObject(key.jwk)
  keyObjects.set(key, held)
  return held
}
