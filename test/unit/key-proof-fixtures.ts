import { sign } from 'node:crypto'
import { registryOf, type RegistryChange } from '#core/registry/change.ts'
import type { Registry } from '#core/registry/registry.ts'
import { keyPair, type KeyPair } from '#test/support/key-pair.ts'

export const [key, ncb, attacker] = [keyPair(), keyPair(), keyPair()]

export const of = { participant: 'TH', purpose: 'notice' } as const

export const proof = { nonce: 'n', ...of, kid: key.kid }

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

export const jws = (header: unknown, payload: unknown, by: KeyPair): string => {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${sign(null, Buffer.from(input), by.privateKey).toString('base64url')}`
}

export const hour = 3_600_000_000

export const registryAt = (...changes: readonly RegistryChange[]): Registry =>
  changes.reduce(
    (registry, change, i) => {
      const held = (['participant', 'key'] as const).flatMap((kind) =>
        [...registry[kind === 'key' ? 'keys' : 'participants']].map(
          ([id, body]) => ({ kind, id, body }) as Parameters<typeof registryOf>[1][number],
        ),
      )
      const rows = new Map(
        [...held, ...change(registry, 0)].map((row) => [`${row.kind} ${row.id}`, row]),
      )
      return registryOf(i + 1, [...rows.values()])
    },
    registryOf(0, []),
  )
