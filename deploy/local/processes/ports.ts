import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { randomInt } from 'node:crypto'

// Below the range from which the kernel takes source ports (32768 and up): a client that reconnects
// to a stopped server could otherwise get the server's own port, connect to itself and keep the
// server from starting again.
const lowest = 21_000
const highest = 32_000
const attempts = 200

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer()
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true })
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

const configuredPort = (variable: string, env: NodeJS.ProcessEnv): number | undefined => {
  const text = env[variable]
  if (text === undefined || text === '') return undefined
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`${variable} is a port from 1 to 65535, such as 9092; not "${text}"`)
  return port
}

const freePort = async (taken: ReadonlySet<number>): Promise<number> => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(lowest, highest)
    if (!taken.has(port) && (await isFree(port))) return port
  }
  throw new Error(`no free port found between ${lowest} and ${highest}`)
}

const remembered = async (file: string): Promise<Record<string, number>> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, number>
  } catch {
    return {}
  }
}

/**
 * A port of 127.0.0.1 for each name: the port that its variable sets, else the port of the last
 * start if it is free, else a free one. The ports are stored in `<folder>/ports.json`. It is an
 * error if another program has a port that a variable sets.
 */
export const choosePorts = async <Name extends string>(
  folder: string,
  variables: Readonly<Record<Name, string>>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Record<Name, number>> => {
  const file = `${folder}/ports.json`
  const before = await remembered(file)
  const chosen: Record<string, number> = {}
  for (const [name, variable] of Object.entries<string>(variables)) {
    const configured = configuredPort(variable, env)
    if (configured !== undefined && !(await isFree(configured)))
      throw new Error(`port ${configured} (${variable}) is in use by another program`)
    const last = before[name]
    chosen[name] =
      configured ??
      (last !== undefined && (await isFree(last))
        ? last
        : await freePort(new Set([...Object.values(before), ...Object.values(chosen)])))
  }
  await writeFile(file, `${JSON.stringify({ ...before, ...chosen }, undefined, 2)}\n`)
  return chosen
}
