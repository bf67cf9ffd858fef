import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'

export type Outcome = { readonly ok: boolean; readonly output: string }

export type RunOptions = {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly timeoutMs: number
}

/**
 * Runs a command to its end without input, and resolves with its output on stdout and stderr. A
 * command that cannot be started is an outcome too.
 */
export const runOnce = async (
  command: string,
  args: readonly string[],
  { cwd, env, user, timeoutMs }: RunOptions,
): Promise<Outcome> => {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd && { cwd }),
    ...(env && { env }),
    ...user,
  })
  // spawn's own time limit would outlive a command that cannot be started, and keep this process
  // alive.
  const limit = setTimeout(() => {
    child.kill('SIGKILL')
  }, timeoutMs)
  const end = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message)
    })
    child.once('close', (code, signal) => {
      resolve(code === 0 ? '' : `${command} ended with ${signal ?? `exit code ${code}`}`)
    })
  })
  const [failure, ...texts] = await Promise.all([
    end,
    ...[child.stdout, child.stderr].map(async (stream) => String(await buffer(stream))),
  ])
  clearTimeout(limit)
  return {
    ok: failure === '',
    output: [...texts, failure]
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .join('\n'),
  }
}
