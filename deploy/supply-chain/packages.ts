import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { projectFolder } from '../local/project.ts'

export type Manifest = {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
}

type Locked = {
  readonly version: string
  readonly license?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly dev?: true
  readonly hasInstallScript?: true
}
export type LockedPackage = Locked & { readonly name: string }

const readJson = async <T>(file: string): Promise<T> =>
  JSON.parse(await readFile(resolve(projectFolder, file), 'utf8')) as T

export const readManifest = (): Promise<Manifest> => readJson<Manifest>('package.json')

/**
 * The packages that `npm ci` installs, by package-lock.json. The licence is the one that the
 * package names, else the one found in its own files.
 */
export const lockedPackages = async (): Promise<LockedPackage[]> => {
  const { packages } = await readJson<{ packages: Record<string, Locked> }>('package-lock.json')
  return Object.entries(packages).flatMap(([path, locked]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const license = locked.license ?? readFrom[name]
    return path === '' ? [] : [{ ...locked, name, ...(license !== undefined && { license }) }]
  })
}

/**
 * Packages whose package.json names no licence in today's form, with the licence of the file beside
 * it.
 */
const readFrom: Readonly<Record<string, string>> = {
  buildcheck: 'MIT',
  'cpu-features': 'MIT',
  ssh2: 'MIT',
  'jsonc-simple-parser': 'MIT',
}
