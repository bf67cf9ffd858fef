import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isRoot } from '../project.ts'

export type User = { readonly uid: number; readonly gid: number }

/**
 * The user that PostgreSQL runs as when we are the superuser, as whom it refuses to: `nobody`. It
 * needs an account, since `initdb` looks its name up. Undefined when we are not the superuser: then
 * it runs as us.
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
  // What is not there yet is made so that it can be passed.
  if (status === undefined) return true
  const bit = status.uid === uid ? 0o100 : status.gid === gid ? 0o010 : 0o001
  return (status.mode & bit) !== 0
}

/** True when the user may pass through the folder and all above it. */
export const canReach = async (folder: string, user: User): Promise<boolean> => {
  if (!(await mayPass(folder, user))) return false
  const above = dirname(folder)
  return above === folder || (await canReach(above, user))
}
