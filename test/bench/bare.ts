import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { projectFolder } from '#deploy/local/project.ts'

/** A program of the bench in a process of its own: what it prints, line by line, and its end. */
export const startChild = (file: string, args: readonly string[] = []) => {
  const child = spawn(process.execPath, [resolve(projectFolder, 'test/bench', file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    pid: child.pid!,
    line: async (): Promise<string> => {
      const { value, done } = await lines.next()
      if (done) throw new Error(`${file} ended`)
      return value
    },
    stop: async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** Runs `work` beside the bare server. */
export const withBare = async <T>(work: (url: string, pid: number) => Promise<T>): Promise<T> => {
  const bare = startChild('bare-server.ts')
  try {
    return await work(await bare.line(), bare.pid)
  } finally {
    await bare.stop()
  }
}
