import { createHmac, randomBytes } from 'node:crypto'
import { checkSecret } from '#runtime/keys/client-secret.ts'
import { createFairWork, type Share } from './fair-work.ts'

export type SecretCheck = {
  /** Whether this process has found the secret right before, under the same hash. Costs little. */
  readonly isProven: (client: string, secret: string, hash: string | undefined) => boolean
  /**
   * Whether the secret is right. Without a hash it takes as long, and answers no. Rejects with
   * `WorkQueueFull`.
   */
  readonly isRight: (secret: string, hash: string | undefined, share: Share) => Promise<boolean>
}

const atOnce = 2
const maxWaiting = 200

/**
 * Checks secrets. A check holds a thread for about 30 ms, and 16 MiB. So a client that was right
 * before is known by a digest under a key of this process, and takes part in no queue. The same
 * secret that several requests bring at a time is checked once.
 */
export const createSecretCheck = (): SecretCheck => {
  const key = randomBytes(32)
  const inTurn = createFairWork(atOnce, maxWaiting)
  const proven = new Map<string, string>()
  const underWay = new Map<string, Promise<boolean>>()
  const digestOf = (client: string, secret: string, hash: string | undefined): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([client, secret, hash ?? null]))
      .digest('base64url')
  return {
    // The digest is under a secret key, so how long the comparison takes tells nothing.
    isProven: (client, secret, hash) =>
      hash !== undefined && proven.get(client) === digestOf(client, secret, hash),
    isRight: (secret, hash, share) => {
      const digest = digestOf(share.client, secret, hash)
      const name = `${share.address} ${digest}`
      const running =
        underWay.get(name) ??
        inTurn(share, async () => {
          const right = await checkSecret(secret, hash)
          if (right) proven.set(share.client, digest)
          return right
        }).finally(() => underWay.delete(name))
      underWay.set(name, running)
      return running
    },
  }
}
