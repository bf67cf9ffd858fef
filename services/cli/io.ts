import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { misused } from './failure.ts'

/**
 * What a command uses beside the network and the files that its options name. Tests pass their own.
 */
export type Io = {
  /** One line of results, on stdout. */
  readonly out: (line: string) => void
  /** One line for the person, on stderr. */
  readonly err: (line: string) => void
  /** The bytes of a file; `-` is stdin. */
  readonly read: (file: string) => Promise<Buffer>
  /**
   * Shows the progress of a long command in place of the progress before. It exists only on a
   * terminal.
   */
  readonly progress?: (text: string) => void
  /** Aborted by Ctrl-C and SIGTERM, and when nobody reads stdout any more. */
  readonly signal: AbortSignal
}

export const createIo = (): Io => {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stop.abort(signal))
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    stop.abort('EPIPE') // as in `switchboard tail all | head`
  })
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    read: readInput,
    ...(process.stderr.isTTY && {
      progress: (text: string) => void process.stderr.write(`\r${text}\u001b[K`),
    }),
    signal: stop.signal,
  }
}

/** The bytes of a file, or of stdin for `-`. A file that cannot be read is a wrong use. */
export const readInput = async (file: string): Promise<Buffer> => {
  if (file === '-') return buffer(process.stdin)
  return readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw misused(`${file} cannot be read (${cause.code ?? 'unknown error'})`)
  })
}
