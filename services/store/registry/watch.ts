import type { Pool } from 'pg'
import type { Unavailable } from '#runtime/process/unavailable.ts'
import type { Registry } from '#core/registry/registry.ts'
import { listen } from '#runtime/postgres/listen.ts'
import { loadRegistry } from './registry.ts'

/**
 * The registry as one process holds it. `current` throws once it is older than `staleMs`: no answer
 * is better than an answer by an old right.
 */
export type RegistryWatch = {
  readonly current: () => Registry
  readonly ageMs: () => number
  readonly refresh: () => Promise<void>
  /** Resolves when `current` is at least this version, or cannot be read. */
  readonly reach: (version: number) => Promise<void>
  readonly close: () => Promise<void>
}

/** The registry held here is too old to be trusted. */
export class RegistryStale extends Error implements Unavailable {
  override readonly name = 'RegistryStale'
  readonly unavailable = true
}

/**
 * Follows the registry by NOTIFY, and by polling in case a notification is lost: a change is in
 * force here within `pollMs`. The registry is loaded once before this resolves.
 */
export const watchRegistry = async (options: {
  pool: Pool
  url: string
  pollMs: number
  staleMs: number
  onChange?: (registry: Registry) => void
  onError: (error: unknown) => void
}): Promise<RegistryWatch> => {
  const { pool, pollMs, staleMs, onChange, onError } = options
  let registry = await loadRegistry(pool)
  let readAt = performance.now()
  let underWay: Promise<void> | undefined
  const read = async (): Promise<void> => {
    const started = performance.now()
    const next = await loadRegistry(pool)
    readAt = started
    if (next.version === registry.version) return
    registry = next
    onChange?.(next)
  }
  const refresh = (): Promise<void> =>
    (underWay ??= read()
      .catch(onError)
      .finally(() => (underWay = undefined)))
  const listener = await listen(options.url, ['registry'], () => void refresh(), {
    onReconnect: () => void refresh(),
    onError,
  })
  const timer = setInterval(() => void refresh(), pollMs)
  return {
    current: () => {
      const age = performance.now() - readAt
      if (age > staleMs)
        throw new RegistryStale(
          `the registry was read ${Math.round(age)} ms ago, more than ${staleMs} ms`,
        )
      return registry
    },
    ageMs: () => performance.now() - readAt,
    refresh,
    // A read that is under way may have begun before that version existed.
    reach: async (version) => {
      for (let reads = 0; reads < 2 && registry.version < version; reads++) await refresh()
    },
    close: async () => {
      clearInterval(timer)
      await listener.close()
      await underWay
    },
  }
}
