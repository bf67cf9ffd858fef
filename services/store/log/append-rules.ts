import type { Code } from '#core/catalogue/catalogue.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { Loggable } from './intake.ts'
import type { Trust } from './log-end.ts'
import { defaultQuarantineQuota, type QuarantineQuota } from './quarantine-quota.ts'

export type AppendRules = {
  /** From then on nobody's envelopes of version 1 of the contract are logged. */
  readonly contract1Ends?: Micros | undefined
  /** Throws if the database's time is not to be believed. */
  readonly trust?: Trust
  /** What quarantine keeps of each participant. */
  readonly quarantine: QuarantineQuota
  /** The highest version of a notice that is logged. */
  readonly maxVersions: number
  /** By how much the version of a notice may grow in an hour. */
  readonly versionsPerHour: number
}

/**
 * A notice that changes daily has 1,000 versions after almost three years. A gateway lets a notice
 * have 60 versions an hour; one that was cut off for some hours sends all of them at once.
 */
export const appendRules = {
  maxVersions: 1000,
  versionsPerHour: 600,
  quarantine: defaultQuarantineQuota,
} as const satisfies AppendRules

const hourMicros = 3_600_000_000

/**
 * The bounds of what one notice may make everybody read. They go by the number of the version, of
 * which there are no more entries than that. A revocation is always taken: it is the last version.
 * `versions` has the newest logged one that is `versionsPerHour` or more below this one.
 */
export const beyondBound = (
  { event, version, status }: Loggable,
  versions: readonly { readonly version: number; readonly time: Micros }[],
  { maxVersions, versionsPerHour }: AppendRules,
  now: Micros,
): Code | undefined => {
  if (event !== 'notice' || status === 'revoked') return undefined
  if (version > maxVersions) return 'notice/too-many-versions'
  const earlier = versions.filter((known) => known.version <= version - versionsPerHour)
  return earlier.some(({ time }) => time > now - hourMicros) ? 'notice/too-often' : undefined
}
