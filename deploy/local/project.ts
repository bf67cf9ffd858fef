import { chmod, mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the working copy. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The folder of everything that is made at run time. git ignores it. */
export const dataFolder = resolve(projectFolder, '.switchboard')

/** Downloads that every stack of this working copy may use. */
export const cacheFolder = resolve(dataFolder, 'cache')

/** The data folder of the stack with that name: `demo`, `test`, `dev`, … */
export const stackFolder = (name: string): string => {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(name))
    throw new Error(`a stack's name is made of a-z, 0-9 and "-", such as "dev"; not "${name}"`)
  return resolve(dataFolder, name)
}

/** Whether this process is the superuser, as whom PostgreSQL refuses to run. */
export const isRoot = (): boolean => process.getuid?.() === 0

/**
 * Makes a folder that nobody else can list. A folder of the superuser can be passed through, so
 * that PostgreSQL's own user reaches its data below.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  await chmod(folder, isRoot() ? 0o711 : 0o700)
}
