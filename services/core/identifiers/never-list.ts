import { neverListFaults } from '../schema/check.ts'
import type { NeverListFile } from '../generated/types.ts'
import type { Refusal, Warning } from '../refusal.ts'
import type { Canonical } from './canonical.ts'
import { canonicalise } from './canonicalise.ts'
import bankLines from './data/never-list/bank-lines.json' with { type: 'json' }
import emergencyNumbers from './data/never-list/emergency-numbers.json' with { type: 'json' }
import exchangeWallets from './data/never-list/exchange-wallets.json' with { type: 'json' }
import nameServers from './data/never-list/name-servers.json' with { type: 'json' }
import policeLines from './data/never-list/police-lines.json' with { type: 'json' }
import { linkedKeys } from './linked-keys.ts'

/** The owner of a subject that must not be blocked by mistake, and the source that says so. */
export type NeverEntry = {
  readonly kind: string
  readonly canonical: Canonical
  readonly reason: string
  readonly source: string
}

/**
 * Subjects whose blocking would harm the public: emergency numbers, lines of banks and police, hot
 * wallets of exchanges, name servers that everybody uses. A subject is on it under each of its
 * linked keys, and found by each of its own: a bank's line is listed as a messaging account or a
 * payment proxy of that number, too.
 */
export type NeverList = {
  readonly find: (kind: string, canonical: Canonical) => NeverEntry | undefined
  readonly size: number
}

/**
 * A list of one's own, as read from its file: its entries, or everything that is wrong with it.
 * Pointers are those of the file.
 */
export type NeverListRead =
  | { readonly ok: true; readonly value: readonly NeverEntry[] }
  | { readonly ok: false; readonly refusals: readonly Refusal[] }

/**
 * Reads a list of the form of `schemas/never-list.json`. Subjects get the key that notices are
 * matched by.
 */
export const readNeverList = (file: unknown): NeverListRead => {
  const faults = neverListFaults(file)
  if (faults.length > 0) return { ok: false, refusals: faults }
  const entries: NeverEntry[] = []
  const refusals: Refusal[] = []
  for (const [i, given] of (file as NeverListFile).entries.entries()) {
    const identified = canonicalise(given.kind, given.subject)
    if (identified.ok) {
      const { canonical } = identified.value
      entries.push({
        kind: given.kind,
        canonical: given.everywhere ? { ...canonical, key: everywhere(canonical.key) } : canonical,
        reason: given.reason,
        source: given.source,
      })
    } else {
      refusals.push({
        ...identified.refusal,
        pointer: `/entries/${i}${identified.refusal.pointer ?? ''}`,
      })
    }
  }
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, value: entries }
}

/** A short code belongs to one country. The same digits in every country have `*` in its place. */
const everywhere = (key: string): string => key.replace(/^short:[A-Z]{2}:/, 'short:*:')

const nameOf = (kind: string, key: string): string => `${kind} ${key}`

export const neverListOf = (entries: readonly NeverEntry[]): NeverList => {
  const own = new Map(entries.map((entry) => [nameOf(entry.kind, entry.canonical.key), entry]))
  const linked = entries.flatMap((entry) =>
    linkedKeys(entry.kind, entry.canonical).map(
      ({ kind, key }) => [nameOf(kind, key), entry] as const,
    ),
  )
  // an entry of its own goes before one that is linked
  const byKey = new Map([...linked, ...own])
  const findKey = (kind: string, key: string): NeverEntry | undefined =>
    byKey.get(nameOf(kind, key)) ??
    (key.startsWith('short:') ? byKey.get(nameOf(kind, everywhere(key))) : undefined)
  return {
    size: own.size,
    find: (kind, canonical) =>
      linkedKeys(kind, canonical)
        .map((subject) => findKey(subject.kind, subject.key))
        .find((entry) => entry !== undefined),
  }
}

/**
 * The list that comes with the program. A test reads it, since a fault in it is a fault of the
 * program.
 */
export const commonNeverList = (): readonly NeverEntry[] =>
  [emergencyNumbers, policeLines, bankLines, exchangeWallets, nameServers].flatMap((file) => {
    const read = readNeverList(file)
    if (!read.ok)
      throw new TypeError(
        `the never-list that comes with the program: ${JSON.stringify(read.refusals)}`,
      )
    return read.value
  })

/**
 * What the sender is told of a subject on the list: a warning at the gateway, and the refusal that
 * holds the notice at the hub.
 */
export const neverListed = (
  code: 'never-list/listed' | 'never-list/held',
  { reason, source }: NeverEntry,
): Warning => ({ code, pointer: '/subject', detail: `${reason} (${source})` })
