import { readFile } from 'node:fs/promises'
import { readCountersignature } from '#core/signing/key-proof.ts'
import { readPublicKey, thumbprint, type Signer } from '#core/signing/keys.ts'
import type { RegistryMessage } from '#core/generated/types.ts'
import { isGoodKey, type Micros, type PublicJwk } from '#core/registry/registry.ts'
import { parseMicros } from '#core/time.ts'
import { orClose, watchedFile } from '#runtime/files/watched-file.ts'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'
import type { Metrics } from '#runtime/process/metrics.ts'
import { loadSigner } from '#runtime/keys/signer.ts'

type EnrolledKey = NonNullable<RegistryMessage['ownKeys']>[number]

export type OwnKey = {
  /** Signs with the key in use. The key may change between two notices, never within one. */
  readonly signer: Signer
  /**
   * Why the hub does not take the key in use. Empty if the hub takes it, or has said nothing yet.
   */
  readonly problems: () => string[]
  readonly close: () => Promise<void>
}

export type OwnKeyDeps = {
  readonly file: string
  /** The NCB keys that check countersignatures. Without them countersignatures are not checked. */
  readonly ncbKeysFile?: string | undefined
  readonly participant: string
  /** The participant's keys at the hub; undefined before the hub has sent them. */
  readonly enrolled: () => readonly EnrolledKey[] | undefined
  readonly now: () => Micros
  readonly metrics: Metrics
  readonly log: Log
  /** How often the file is read, in ms. */
  readonly lookMs?: number
}

const defaultLookMs = 1000
const soonS = 30 * 24 * 3600
const sayAgainMs = 24 * 3600_000

/**
 * The notice key, from a file that is read every second. A new key in the file signs once the hub
 * has it enrolled and valid; until then the old key signs, so a rotation costs no notice. The log
 * warns of a key that ends within 30 days, at once and then every day.
 */
export const followOwnKey = async (deps: OwnKeyDeps): Promise<OwnKey> => {
  const { file, enrolled, log, lookMs = defaultLookMs } = deps
  const stateOf = (kid: string): KeyState => keyState(enrolled(), kid, deps.now())
  const followed = watchedFile({
    files: [file],
    load: () => loadSigner(file),
    lookMs,
    onChange: ({ kid }) => {
      if (kid !== current.kid)
        log.info(
          { kid, enrolled: stateOf(kid).good },
          'the notice key file has another key; it is used once the hub has it enrolled',
        )
    },
    onError: (error) =>
      log.error({ err: error }, 'the notice key was not read again; the key from before signs'),
  })
  await orClose(followed)
  let current = followed.current()
  const ncbKeys = deps.ncbKeysFile === undefined ? undefined : await loadNcbKeys(deps.ncbKeysFile)
  const take = (): void => {
    const next = followed.current()
    if (next.kid === current.kid || !stateOf(next.kid).good) return
    log.info(
      { kid: next.kid, before: current.kid },
      'notices are signed with another key from now on',
    )
    current = next
  }
  const warn = warnOfEnd(log)
  const taking = every(
    lookMs,
    async () => {
      take()
      warn(current.kid, stateOf(current.kid))
    },
    (error) => log.error({ err: error }, 'the notice key was not taken; the key from before signs'),
  )
  measureEnd(deps, () => stateOf(current.kid))
  return {
    // `buildEnvelope` reads `kid` and calls `sign` without waiting in between, so both belong to
    // the same key.
    signer: {
      get kid() {
        return current.kid
      },
      sign: (bytes) => current.sign(bytes),
    },
    problems: () => problemsOf(deps, current.kid, ncbKeys),
    close: async () => {
      await taking.close()
      await followed.close()
    },
  }
}

const measureEnd = ({ metrics, enrolled }: OwnKeyDeps, state: () => KeyState): void => {
  metrics.gauge(
    'switchboard_gateway_key_expires_seconds',
    'Seconds until the notice key in use ends, +Inf where it has no end, 0 where the hub does ' +
      'not take it',
    [],
    (gauge) => {
      gauge.set(enrolled() === undefined ? Infinity : state().endsInS)
    },
  )
}

const warnOfEnd = (log: Log): ((kid: string, state: KeyState) => void) => {
  let saidAt = -Infinity
  return (kid, { good, endsInS }) => {
    if (!good || endsInS > soonS || performance.now() - saidAt < sayAgainMs) return
    saidAt = performance.now()
    log.warn(
      { kid, endsInDays: Math.floor(endsInS / 86_400) },
      'the notice key is about to end; enrol another: switchboard key enrol',
    )
  }
}

type KeyState = { readonly good: boolean; readonly endsInS: number }

const keyState = (
  enrolled: readonly EnrolledKey[] | undefined,
  kid: string,
  now: Micros,
): KeyState => {
  const key = enrolled?.find((k) => k.kid === kid && k.purpose === 'notice')
  const to = parseMicros(key?.valid.to ?? '')
  const good =
    key !== undefined &&
    isGoodKey(
      {
        status: key.status,
        valid: { from: parseMicros(key.valid.from) ?? Infinity, ...(to !== undefined && { to }) },
      },
      now,
    )
  return { good, endsInS: !good ? 0 : to === undefined ? Infinity : (to - now) / 1_000_000 }
}

const problemsOf = (
  { enrolled, participant, now }: OwnKeyDeps,
  kid: string,
  ncbKeys: ReadonlyMap<string, PublicJwk> | undefined,
): string[] => {
  const keys = enrolled()
  if (keys === undefined) return []
  if (!keyState(keys, kid, now()).good)
    return [`the hub does not take the notice key ${kid}: switchboard key enrol`]
  if (ncbKeys === undefined) return []
  const read = readCountersignature(keys.find((k) => k.kid === kid)?.countersignature ?? '', (by) =>
    ncbKeys.get(by),
  )
  const own =
    read.ok &&
    read.value['owner'] === participant &&
    read.value['kid'] === kid &&
    read.value['purpose'] === 'notice'
  return own
    ? []
    : [`the notice key ${kid} carries no countersignature of its NCB: switchboard key countersign`]
}

const loadNcbKeys = async (file: string): Promise<ReadonlyMap<string, PublicJwk>> => {
  const value = JSON.parse(await readFile(file, 'utf8')) as { keys?: unknown[] }
  return new Map(
    (value.keys ?? [value]).map((jwk) => {
      const read = readPublicKey(jwk)
      if (!read.ok)
        throw new Error(
          `${file} holds a key that is not a strict Ed25519 public JWK (${read.refusal.code})`,
        )
      return [thumbprint(read.value), read.value] as const
    }),
  )
}
