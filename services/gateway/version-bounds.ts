import type { Refusal } from '#core/refusal.ts'
import type { Micros } from '#core/registry/registry.ts'

/** How many versions a notice may have, and in an hour. A revocation is possible beyond both. */
export type VersionBounds = {
  readonly now: () => Micros
  readonly bounds: { readonly noticeMaxVersions: number; readonly noticeVersionsPerHour: number }
  /** When the newest version of a notice up to this number was sent first. */
  readonly postedAt: (id: string, version: number) => Promise<Micros | undefined>
}

const hourMicros = 3_600_000_000

/** Why a next version is not taken, before it is signed: the hub refuses what is beyond its own. */
export const beyondBounds = async (
  id: string,
  version: number,
  { now, bounds, postedAt }: VersionBounds,
): Promise<Refusal | undefined> => {
  if (version > bounds.noticeMaxVersions) return { code: 'notice/too-many-versions' }
  if (version <= bounds.noticeVersionsPerHour) return undefined
  const before = await postedAt(id, version - bounds.noticeVersionsPerHour)
  const left = before === undefined ? 0 : before + hourMicros - now()
  return left <= 0
    ? undefined
    : { code: 'notice/too-often', retryAfterSeconds: Math.ceil(left / 1_000_000) }
}
