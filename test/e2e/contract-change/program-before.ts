import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { dataFolder, projectFolder } from '#deploy/local/project.ts'

/** The last program that knew version 1 of the contract only. */
const commit = 'd62f5ecf6c9c96df86e1afefc2d0ecf100a25efd'

/**
 * The folder of that program, taken from the history; undefined where the history is not there, as
 * in a shallow clone.
 */
export const programBefore = (): string | undefined => {
  const folder = resolve(dataFolder, 'before-contract-2')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const git = (...args: string[]): Buffer =>
    execFileSync('git', args, {
      cwd: projectFolder,
      maxBuffer: 256 * 1024 ** 2,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  try {
    const files = ['services', 'schemas', 'deploy', 'package.json']
    execFileSync('tar', ['-x', '-C', folder], {
      input: git('archive', '--format=tar', commit, ...files),
    })
  } catch {
    return undefined
  }
  symlinkSync(resolve(projectFolder, 'node_modules'), resolve(folder, 'node_modules'))
  return existsSync(resolve(folder, 'services/hub/main.ts')) ? folder : undefined
}
