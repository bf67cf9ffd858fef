import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { every } from '../process/every.ts'

export type WatchedFile<T> = {
  /** What was loaded last. Throws why nothing was loaded yet. */
  readonly current: () => T
  /** Why the newest content is not loaded; undefined where it is. */
  readonly fault: () => unknown
  /** The first load: rejects with its error. */
  readonly loaded: Promise<void>
  readonly close: () => Promise<void>
}

export type WatchOptions<T> = {
  /** One file, or files that belong together. */
  readonly files: readonly string[]
  /** Reads them. May be called again with the same content; throws where it is not good. */
  readonly load: () => T | Promise<T>
  readonly lookMs: number
  /** Told of each content after the first; of one that came while it was loaded, twice. */
  readonly onChange?: (value: T) => void
  /** Told once of each fault; what was loaded before stays, and the files are read again. */
  readonly onError: (error: unknown) => void
}

/**
 * Follows files by their content, which is read every `lookMs`: a change counts whatever the file's
 * times say, and one that comes while the file is loaded counts at the next look.
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
      // What changed while it was loaded is loaded again at the next look.
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
  loaded.catch(() => undefined) // whoever needs it awaits it
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

/** Resolves with the first load, or closes what is followed and rejects. */
export const orClose = async ({ loaded, close }: WatchedFile<unknown>): Promise<void> => {
  try {
    await loaded
  } catch (error) {
    await close()
    throw error
  }
}

/** Of all of them in order; only the digest is held, since a file may be a secret. */
const digestOf = async (files: readonly string[]): Promise<string> => {
  const hash = createHash('sha256')
  for (const file of files) {
    const bytes = await readFile(file)
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('base64')
}
