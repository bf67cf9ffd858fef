import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { once } from 'node:events'

/**
 * Takes the folder for this process, until the process ends or calls the returned function. A
 * second taker is refused by name. The lock is a socket in Linux's abstract namespace: the kernel
 * frees it with the process, however the process ends, so no lock is ever stale.
 */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  if (process.platform !== 'linux') return async () => {}
  const name = createHash('sha256').update(folder).digest('hex')
  const server = createServer().unref()
  try {
    server.listen(`\0switchboard-${name}`)
    await once(server, 'listening')
  } catch (cause) {
    throw new Error(
      `${folder} is in use by another process: stop it first, or choose another name`,
      { cause },
    )
  }
  return async () => {
    await new Promise((resolve) => server.close(resolve))
  }
}
