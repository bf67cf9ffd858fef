import { createPublicKey, verify } from 'node:crypto'
import t from 'tap'
import { runSystem } from '#test/support/system.ts'

export const system = await runSystem(t, 'test-e2e')

export const { info, keys } = system

export const isSignedBy = (participant: string, envelope: string): boolean => {
  const [header, payload, signature] = envelope.split('~')[0]!.split('.')
  const key = createPublicKey({
    key: info.keys[participant] as Record<string, string>,
    format: 'jwk',
  })
  return verify(
    null,
    Buffer.from(`${header}.${payload}`),
    key,
    Buffer.from(signature!, 'base64url'),
  )
}
