import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  demoAgencies,
  demoGateways,
  type DemoClient,
  type DemoGateway,
  type DemoKey,
} from './registry.ts'
import { keyFile, secretFile, type KeyFile } from './key-files.ts'
import { hashSecret } from '#runtime/keys/client-secret.ts'

/**
 * Every key and secret of the demo, in files of mode 0600. In production each key lies with its
 * owner; here one folder has all.
 */
export type DemoKeys = {
  readonly notice: Readonly<Record<DemoGateway, KeyFile>>
  /** The NCBs' keys, which countersign the others. */
  readonly ncb: Readonly<Record<DemoGateway, KeyFile>>
  readonly issuer: Readonly<Record<DemoGateway, KeyFile & { readonly jwks: string }>>
  readonly reply: KeyFile
  readonly checkpoint: KeyFile
  readonly access: KeyFile
  readonly session: KeyFile
  readonly cursorFile: string
  /** The hub's key under which subjects are digested for lookups. */
  readonly matchFile: string
  /** The JWK set by which gateways trust the hub. */
  readonly hubJwks: string
  readonly clients: readonly (DemoClient & { readonly secret: string })[]
}

export const makeDemoKeys = async (folder: string): Promise<DemoKeys> => {
  const [reply, checkpoint, access, session, cursor, match] = await Promise.all([
    keyFile(folder, 'hub-reply'),
    keyFile(folder, 'hub-checkpoint'),
    keyFile(folder, 'feeds-access'),
    keyFile(folder, 'console-session'),
    secretFile(folder, 'feeds-cursor'),
    secretFile(folder, 'hub-match'),
  ])
  const notice = await perGateway((p) => keyFile(folder, `notice-${p}`))
  const ncb = await perGateway((p) => keyFile(folder, `ncb-${p}`))
  const issuer = await perGateway(async (p) => {
    const key = await keyFile(folder, `issuer-${p}`)
    return { ...key, jwks: await jwksFile(folder, `issuer-${p}`, [key]) }
  })
  const hubJwks = await jwksFile(folder, 'hub', [reply])
  const clients = await Promise.all(
    demoAgencies.map(async ({ id: agency }) => {
      const { text: secret } = await secretFile(folder, `client-${agency}`)
      return {
        agency,
        id: `${agency.toLowerCase()}-feed`,
        secret,
        secretHash: await onceHashed(folder, agency, secret),
      }
    }),
  )
  return {
    notice,
    ncb,
    issuer,
    reply,
    checkpoint,
    access,
    session,
    cursorFile: cursor.file,
    matchFile: match.file,
    hubJwks,
    clients,
  }
}

/**
 * The hash is kept beside the secret, because another hash of the same secret would be another
 * registry version.
 */
const onceHashed = async (folder: string, agency: string, secret: string): Promise<string> => {
  const file = resolve(folder, `client-${agency}.hash`)
  try {
    return await readFile(file, 'utf8')
  } catch {
    const hash = await hashSecret(secret)
    await writeFile(file, hash, { mode: 0o600 })
    return hash
  }
}

export const registryKeys = (keys: DemoKeys): DemoKey[] => [
  ...demoGateways.flatMap((p): DemoKey[] =>
    (['notice', 'ncb'] as const).map((purpose) => ({
      owner: p,
      purpose,
      kid: keys[purpose][p].kid,
      jwk: keys[purpose][p].jwk,
    })),
  ),
  { owner: 'hub', purpose: 'reply', kid: keys.reply.kid, jwk: keys.reply.jwk },
  { owner: 'hub', purpose: 'checkpoint', kid: keys.checkpoint.kid, jwk: keys.checkpoint.jwk },
]

const jwksFile = async (
  folder: string,
  name: string,
  keys: readonly KeyFile[],
): Promise<string> => {
  const file = resolve(folder, `${name}.jwks`)
  await writeFile(
    file,
    JSON.stringify(
      { keys: keys.map((k) => ({ ...k.jwk, kid: k.kid, alg: 'EdDSA', use: 'sig' })) },
      undefined,
      2,
    ),
    { mode: 0o600 },
  )
  return file
}

const perGateway = async <T>(
  make: (participant: DemoGateway) => Promise<T>,
): Promise<Record<DemoGateway, T>> =>
  Object.fromEntries(
    await Promise.all(demoGateways.map(async (p) => [p, await make(p)] as const)),
  ) as Record<DemoGateway, T>
