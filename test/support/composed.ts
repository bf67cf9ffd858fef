import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { makeDemoKeys, type DemoKeys } from '#deploy/local/demo/keys.ts'
import { demoAgencies } from '#deploy/local/demo/registry.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import { projectFolder } from '#deploy/local/project.ts'
import { clientToken, issuerOf, type SystemFile } from '#deploy/local/demo/system-file.ts'
import { composedGateways } from '#deploy/containers/make-secrets.ts'

const run = promisify(execFile)
const tokenSeconds = 3600

/** Undefined when containers can be composed here, else what is missing. */
export const engineProblem = async (): Promise<string | undefined> => {
  for (const args of [['info'], ['compose', 'version']]) {
    const failed = await run('docker', args, { timeout: 20_000 }).then(
      () => undefined,
      (error: Error & { stderr?: string }) => error.stderr?.trim() || error.message,
    )
    if (failed !== undefined)
      return (
        'no container engine with compose is reachable (docker ' +
        `${args.join(' ')}: ${failed.split('\n')[0]})`
      )
  }
  return undefined
}

export type Shell = (command: string, env?: NodeJS.ProcessEnv) => Promise<string>

/** Runs a command line in the checkout; rejects with what it said. */
export const shellWith =
  (fixed: NodeJS.ProcessEnv): Shell =>
  async (command, env = {}) => {
    try {
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', command], {
        cwd: projectFolder,
        env: { ...process.env, ...fixed, ...env },
        timeout: 15 * 60_000,
        maxBuffer: 64 * 1024 * 1024,
      })
      return stdout.trim()
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      throw new Error(`${command}\n${stdout}\n${stderr}`, { cause: error })
    }
  }

/** A port of the loopback address that is free now, as docker-compose.yml takes it. */
export const freeListen = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return `127.0.0.1:${port}`
}

/** The fenced blocks of the runbook that are marked with whose they are, in order. */
export const runbookBlocks = async (
  heading: string,
): Promise<{ who: string; command: string }[]> => {
  const text = await readFile(resolve(projectFolder, 'deploy/README.md'), 'utf8')
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  return [...section.matchAll(/^ *```sh (hub|country)\n([^]*?)^ *```$/gm)].map(
    ([, who = '', command = '']) => ({ who, command: command.trim() }),
  )
}

export type Listens = {
  readonly feeds: string
  readonly console: string
  readonly gateways: Readonly<Record<string, string>>
}

/** The composed system as clients see it; agencies' tokens are asked of its feeds. */
export const describeComposed = async ({
  feeds,
  console,
  gateways,
}: Listens): Promise<{ info: SystemFile; keys: DemoKeys }> => {
  const keys = await makeDemoKeys(resolve(projectFolder, 'deploy/secrets/private/keys'))
  const url = (listen: string | undefined): string => `https://localhost:${listen?.split(':')[1]}`
  const tokenOf = (p: (typeof composedGateways)[number]): Promise<string> =>
    mintToken(
      keys.issuer[p],
      {
        iss: issuerOf(p),
        aud: `gateway-${p}`,
        sub: 'smoke',
        agency: demoAgencies.find((a) => a.participant === p)!.id,
        scope: 'notices:write notices:read',
      },
      tokenSeconds,
    )
  const agencies = await Promise.all(
    keys.clients.map(
      async ({ agency, id, secret }) =>
        [
          agency,
          { token: await clientToken(url(feeds), id, secret), clientId: id, clientSecret: secret },
        ] as const,
    ),
  )
  const operator = await mintToken(
    keys.session,
    { iss: 'switchboard-console', aud: 'console', sub: 'smoke', role: 'operator' },
    tokenSeconds,
  )
  return {
    keys,
    info: {
      gateways: Object.fromEntries(
        await Promise.all(
          composedGateways.map(
            async (p) => [p, { url: url(gateways[p]), token: await tokenOf(p) }] as const,
          ),
        ),
      ),
      feeds: { url: url(feeds), agencies: Object.fromEntries(agencies) },
      console: { url: url(console), tokens: { viewer: operator, operator, admin: operator } },
      ncb: {},
      kafka: { brokers: [] },
      database: { url: '' },
      pids: {},
      keys: Object.fromEntries(composedGateways.map((p) => [p, keys.notice[p].jwk])),
    },
  }
}
