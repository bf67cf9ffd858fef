import type { Client } from '#core/registry.ts'
import { checkSecret } from '#runtime/client-secret.ts'

/** Too many secrets wait to be checked: the caller answers 503. */
export class SecretQueueFull extends Error {
  override name = 'SecretQueueFull'
}

const atOnce = 2
const maxWaiting = 100

/** Checks client secrets, a few at a time: each check holds a thread and 16 MiB. An unknown client costs as much. */
export const createClientCheck = (): ((client: Client | undefined, secret: string) => Promise<boolean>) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async (client, secret) => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) throw new SecretQueueFull(`${maxWaiting} secrets wait to be checked`)
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running += 1
    try {
      return await checkSecret(secret, client?.secretHash)
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
}
