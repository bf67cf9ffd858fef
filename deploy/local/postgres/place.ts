import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, resolve } from 'node:path'
import { projectFolder } from '../project.ts'
import { canReach, type User } from '../processes/unprivileged.ts'

const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12)

/**
 * A folder of ours in the shared temporary folder. It is refused if somebody else has put anything
 * there under its name.
 */
const makeOwnFolder = async (folder: string): Promise<string> => {
  await mkdir(folder, { mode: 0o711 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
  const status = await lstat(folder)
  if (!status.isDirectory() || status.uid !== process.getuid?.())
    throw new Error(`${folder} belongs to somebody else: remove it`)
  await chmod(folder, 0o711)
  return folder
}

/**
 * The place of PostgreSQL's files if its user cannot reach the working copy: one folder for each
 * working copy.
 */
export const shelterFolder = async (): Promise<string> =>
  await makeOwnFolder(resolve(tmpdir(), `switchboard-${shortHash(projectFolder)}`))

const shelterOf = async (folder: string): Promise<string> =>
  resolve(await shelterFolder(), `${basename(folder)}-${shortHash(folder)}`)

const isSheltered = async (folder: string, user: User | undefined): Promise<boolean> =>
  user !== undefined && !(await canReach(folder, user))

/**
 * The folder of the stack's PostgreSQL: `<folder>/postgres`. If root runs a stack whose folder
 * PostgreSQL's own user cannot reach (a working copy in a home of mode 0700), it is in the
 * temporary folder instead. Its name is made of the paths' hashes, so every start finds it.
 */
export const postgresFolder = async (folder: string, user: User | undefined): Promise<string> =>
  resolve(
    (await isSheltered(folder, user)) ? await makeOwnFolder(await shelterOf(folder)) : folder,
    'postgres',
  )

/** Removes that folder of a stack that does not run. */
export const removePostgresFolder = async (
  folder: string,
  user: User | undefined,
): Promise<void> => {
  await rm(
    (await isSheltered(folder, user)) ? await shelterOf(folder) : resolve(folder, 'postgres'),
    { recursive: true, force: true },
  )
}
