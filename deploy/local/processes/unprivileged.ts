import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isRoot } from '../project.ts'

export type User = { readonly uid: number; readonly gid: number }

/**
 * The user that runs PostgreSQL if this process is the superuser, as whom PostgreSQL refuses to
 * run: `nobody`. The user needs an account, because `initdb` looks up its name. Undefined if this
 * process is not the superuser: then PostgreSQL runs as this user.
 */
export const unprivilegedUser = async (): Promise<User | undefined> => {
  if (!isRoot()) return undefined
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined)
    throw new Error(
      'PostgreSQL does not run as root and there is no user "nobody" to run it as: run as ' +
        'another user',
    )
  return { uid: Number(uid), gid: Number(gid) }
}

const mayPass = async (folder: string, { uid, gid }: User): Promise<boolean> => {
  const status = await stat(folder).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  // A folder that does not exist yet is made so that the user can pass through it.
  if (status === undefined) return true
  const bit = status.uid === uid ? 0o100 : status.gid === gid ? 0o010 : 0o001
  return (status.mode & bit) !== 0
}

/** Whether the user may pass through the folder and all folders above it. */
export const canReach = async (folder: string, user: User): Promise<boolean> => {
  if (!(await mayPass(folder, user))) return false
  const above = dirname(folder)
  return above === folder || (await canReach(above, user))
}
