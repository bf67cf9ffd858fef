import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { dataFolder, projectFolder } from '#deploy/local/project.ts'

const requirements = resolve(projectFolder, 'test/interop/requirements.txt')
const limitMs = 120_000

const run = async (command: string, args: readonly string[], input = ''): Promise<string> => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: limitMs })
  // it ended before it read everything: the exit code says why
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${code}\n${err.slice(-2000)}`)
  return out
}

/**
 * A Python with the packages of test/interop/requirements.txt, in a virtual environment that is
 * kept. Rejects if there is no Python with venv, or no package index. Runs a script on an input and
 * resolves with its output.
 */
export const openPython = async (): Promise<(script: string, input: string) => Promise<string>> => {
  const folder = resolve(dataFolder, 'python')
  const python = resolve(folder, 'bin/python')
  const wanted = await readFile(requirements, 'utf8')
  const made = resolve(folder, 'requirements.made')
  if ((await readFile(made, 'utf8').catch(() => undefined)) !== wanted) {
    await rm(folder, { recursive: true, force: true })
    await mkdir(dataFolder, { recursive: true })
    await run(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', folder])
    await run(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--only-binary',
      ':all:',
      '-r',
      requirements,
    ])
    await writeFile(made, wanted)
  }
  return (script, input) => run(python, [resolve(projectFolder, script)], input)
}
