import type { RegistryAction } from '#core/registry/action.ts'
import { keyPair } from '#test/support/key-pair.ts'

export const key = keyPair()

export const slow = { action: 'withdraw-participant', id: 'TH' } as const satisfies RegistryAction

export const urgent = {
  action: 'revoke-key',
  kid: key.kid,
  reason: 'compromised',
} as const satisfies RegistryAction
