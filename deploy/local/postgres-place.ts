import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, resolve } from 'node:path'
import { projectFolder } from './project.ts'
import { canReach, type User } from './unprivileged.ts'

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

/** A folder of ours in the shared temporary folder, refused if somebody else has put anything there under its name. */
const makeOwnFolder = async (folder: string): Promise<string> => {
  await mkdir(folder, { mode: 0o711 }).catch(error => { if (error.code !== 'EEXIST') throw error })
  const status = await lstat(folder)
  if (!status.isDirectory() || status.uid !== process.getuid?.()) throw new Error(`${folder} belongs to somebody else: remove it`)
  await chmod(folder, 0o711)
  return folder
}

/** Where PostgreSQL's files go when its user cannot reach the working copy: one folder for each working copy. */
export const shelterFolder = async (): Promise<string> => await makeOwnFolder(resolve(tmpdir(), `switchboard-${shortHash(projectFolder)}`))

/**
 * The folder of the stack's PostgreSQL: `<folder>/postgres`. Run by root for a stack whose folder PostgreSQL's own user cannot reach
 * (a working copy in a home of mode 0700), it is in the temporary folder instead, under names made of the paths' hashes, so that every start finds it.
 */
export const postgresFolder = async (folder: string, user: User | undefined): Promise<string> => {
  if (user === undefined || await canReach(folder, user)) return resolve(folder, 'postgres')
  return resolve(await makeOwnFolder(resolve(await shelterFolder(), `${basename(folder)}-${shortHash(folder)}`)), 'postgres')
}
