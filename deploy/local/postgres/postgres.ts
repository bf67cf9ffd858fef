import { access, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ProcessPlan } from '../processes/child.ts'
import { postgresBinaries } from './binaries.ts'
import { postgresFolder, removePostgresFolder } from './place.ts'
import { databaseServes, initdbArgs, postgresArgs, readPassword } from './settings.ts'
import { runOnce } from '../processes/run-once.ts'
import { unprivilegedUser, type User } from '../processes/unprivileged.ts'

export type PlannedPostgres = { readonly plan: ProcessPlan; readonly url: string }

const exists = async (path: string): Promise<boolean> =>
  await access(path).then(
    () => true,
    () => false,
  )

const give = async (path: string, user: User | undefined): Promise<void> => {
  if (user !== undefined) await chown(path, user.uid, user.gid)
}

/**
 * Makes the cluster in a folder beside and renames it, so that an `initdb` that broke off is done
 * again.
 */
const initialise = async (
  binaries: string,
  own: string,
  data: string,
  password: string,
  user: User | undefined,
): Promise<void> => {
  const part = `${data}.part`
  const passwordFile = resolve(own, 'initial-password')
  await rm(part, { recursive: true, force: true })
  await writeFile(passwordFile, password, { mode: 0o600 })
  await give(passwordFile, user)
  const args = [
    '-D',
    part,
    '-U',
    'switchboard',
    `--pwfile=${passwordFile}`,
    ...initdbArgs,
    '--no-instructions',
  ]
  const { ok, output } = await runOnce(resolve(binaries, 'bin/initdb'), args, {
    timeoutMs: 120_000,
    cwd: own,
    ...(user && { user }),
  })
  await rm(passwordFile, { force: true })
  if (!ok)
    throw new Error(`PostgreSQL's initdb failed:\n${output.split('\n').slice(-12).join('\n')}`)
  await rename(part, data)
}

/**
 * Prepares the database cluster of the stack in the folder, and says how to run it. `url` is that
 * of the maintenance database.
 */
export const planPostgres = async (folder: string, port: number): Promise<PlannedPostgres> => {
  const user = await unprivilegedUser()
  const binaries = await postgresBinaries(user)
  const own = await postgresFolder(folder, user)
  const data = resolve(own, 'data')
  const password = await readPassword(folder)
  await mkdir(own, { recursive: true, mode: 0o700 })
  await give(own, user)
  if (!(await exists(data))) await initialise(binaries, own, data, password, user)
  const url = `postgres://switchboard:${password}@127.0.0.1:${port}/postgres`
  const plan: ProcessPlan = {
    command: resolve(binaries, 'bin/postgres'),
    args: [
      '-D',
      data,
      ...postgresArgs({ listen_addresses: '127.0.0.1', port, unix_socket_directories: '' }),
    ],
    cwd: own,
    ...(user && { user }),
    ready: async () => await databaseServes(url),
    // "Fast" ends the sessions instead of waiting for them.
    stopSignal: 'SIGINT',
    stopTimeoutMs: 20_000,
  }
  return { plan, url }
}

/** Removes the cluster of a stack that does not run. */
export const wipePostgres = async (folder: string): Promise<void> => {
  await removePostgresFolder(folder, await unprivilegedUser())
}
