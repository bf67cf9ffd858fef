import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { every } from '../process/every.ts'

export type WatchedFile<T> = {
  /** The value that was loaded last. Throws the reason while nothing is loaded yet. */
  readonly current: () => T
  /** Why the newest content is not loaded; undefined if it is loaded. */
  readonly fault: () => unknown
  /** The first load. Rejects with its error. */
  readonly loaded: Promise<void>
  readonly close: () => Promise<void>
}

export type WatchOptions<T> = {
  /** One file, or several that belong together. */
  readonly files: readonly string[]
  /**
   * Reads the files. It may be called again with the same content. Throws if the content is bad.
   */
  readonly load: () => T | Promise<T>
  readonly lookMs: number
  /**
   * Called with each value after the first. Content that changes while it is loaded is reported
   * twice.
   */
  readonly onChange?: (value: T) => void
  /** Called once for each fault. The value from before stays, and the files are read again. */
  readonly onError: (error: unknown) => void
}

/**
 * Follows files by their content, which is read every `lookMs`. A change counts whatever the times
 * of the file say. A change during a load counts at the next look.
 */
export const watchedFile = <T>(options: WatchOptions<T>): WatchedFile<T> => {
  let held: { readonly value: T } | undefined
  let seen: string | undefined
  let fault: unknown
  let told: string | undefined

  const look = async (): Promise<boolean> => {
    try {
      const digest = await digestOf(options.files)
      if (digest === seen) {
        fault = told = undefined
        return false
      }
      held = { value: await options.load() }
      fault = told = undefined
      // A change during the load is loaded at the next look.
      seen = (await digestOf(options.files)) === digest ? digest : undefined
      return true
    } catch (error) {
      ;[seen, fault] = [undefined, error]
      throw error
    }
  }
  const tell = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error)
    if (text !== told) options.onError(error)
    told = text
  }
  const loaded = look().then(() => undefined)
  loaded.catch(() => undefined) // a caller that needs the first load awaits it and gets its error
  const following = every(
    options.lookMs,
    async () => {
      await loaded.catch(() => undefined)
      if (await look()) options.onChange?.(held!.value)
    },
    tell,
  )
  return {
    current: () => {
      if (held === undefined) throw fault
      return held.value
    },
    fault: () => fault,
    loaded,
    close: following.close,
  }
}

/** Resolves with the first load. If that rejects, it stops following and rejects. */
export const orClose = async ({ loaded, close }: WatchedFile<unknown>): Promise<void> => {
  try {
    await loaded
  } catch (error) {
    await close()
    throw error
  }
}

/** The digest of all files, in order. Only the digest is kept, since a file may be a secret. */
const digestOf = async (files: readonly string[]): Promise<string> => {
  const hash = createHash('sha256')
  for (const file of files) {
    const bytes = await readFile(file)
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('base64')
}
