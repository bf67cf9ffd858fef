import type { Client, Registry } from '#core/registry/registry.ts'
import { checkSecret } from '#runtime/keys/client-secret.ts'
import { createAssertionCheck } from './client-assertion.ts'
import type { Credentials } from './token-request.ts'

/** Too many secrets wait to be checked. The caller answers 503. */
export class SecretQueueFull extends Error {
  override name = 'SecretQueueFull'
}

const atOnce = 2
const maxWaiting = 100

/**
 * Finds the client that the credentials prove, or undefined. The check takes as long for an unknown
 * client as for a wrong secret.
 */
export const createClientCheck = (
  audiences: readonly string[],
): ((credentials: Credentials, registry: Registry) => Promise<Client | undefined>) => {
  const isRight = createSecretCheck()
  const isSigned = createAssertionCheck(audiences)
  return async (credentials, registry) => {
    if ('assertion' in credentials) return isSigned(credentials.assertion, registry)
    const client = registry.clients.get(credentials.id)
    return (await isRight(credentials.secret, client?.secretHash)) ? client : undefined
  }
}

/** Checks secrets a few at a time: each check holds a thread and 16 MiB. */
const createSecretCheck = (): ((secret: string, hash: string | undefined) => Promise<boolean>) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async (secret, hash) => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting)
        throw new SecretQueueFull(`${maxWaiting} secrets wait to be checked`)
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running += 1
    try {
      return await checkSecret(secret, hash)
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
}
