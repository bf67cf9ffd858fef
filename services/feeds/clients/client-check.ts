import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Client, Registry } from '#core/registry/registry.ts'
import { createMinuteCounts } from '#runtime/http/minute-counts.ts'
import { createTally, type Tally } from '#runtime/process/tally.ts'
import { createAssertionCheck, type UseAssertion } from './client-assertion.ts'
import { WorkQueueFull } from './fair-work.ts'
import { createSecretCheck } from './secret-check.ts'
import type { Credentials } from './token-request.ts'

export type ClientCheckOptions = {
  readonly audiences: readonly string[]
  /** Tokens of a client, and failures of a client from one address. */
  readonly perMinute: number
  readonly useAssertion: UseAssertion
}

/** `address`: the group of addresses that the request comes from (`address-group.ts`). */
export type ClientCheck = (
  credentials: Credentials,
  address: string,
  registry: Registry,
) => Promise<Checked<Client>>

/** Secrets of a client from one address that are checked at a time. */
const secretsAtOnce = 4
/** Beyond so many bounds' worth of failures, an address is refused whatever client it names. */
const clientsPerAddress = 10

/**
 * Finds the client that the credentials prove. What fails costs the address that it comes from and
 * the client that it names, together: the client goes on from other addresses, and other clients
 * go on from this one. A client whose secret was right before passes all of this. An unknown client
 * takes as long as a wrong secret, and costs the same check.
 * Errors: `auth/bad-client`, `auth/too-many-assertions`, `service/too-many-requests`,
 * `service/too-many-failures`, `service/unavailable`.
 */
export const createClientCheck = (options: ClientCheckOptions): ClientCheck => {
  const secrets = createSecretCheck()
  const isSigned = createAssertionCheck(options.audiences)
  const issued = createMinuteCounts()
  const tries = createTries(options.perMinute)

  const granted = (client: Client): Checked<Client> => {
    if (issued.of(client.id) >= options.perMinute) return tooMany(issued.secondsLeft())
    issued.add(client.id)
    return accept(client)
  }
  const bySecret = async (
    { id, secret }: WithSecret,
    address: string,
    client: Client | undefined,
  ): Promise<Checked<Client>> => {
    const isRight = await secrets.isRight(secret, client?.secretHash, { address, client: id })
    if (client !== undefined && isRight) return granted(client)
    tries.checked(address)
    return refuse('auth/bad-client')
  }
  const byAssertion = async (assertion: string, registry: Registry): Promise<Checked<Client>> => {
    const signed = await isSigned(assertion, registry)
    if (signed === undefined) return refuse('auth/bad-client')
    const client = granted(signed.client)
    if (!client.ok) return client
    const used = await options.useAssertion(signed.client.id, signed.jti, signed.exp)
    if (used === 'too-many') return refuse('auth/too-many-assertions')
    return used === 'again' ? refuse('auth/bad-client') : client
  }

  return async (credentials, address, registry) => {
    const client = registry.clients.get(credentials.id)
    if (!('secret' in credentials))
      return tries.bounded(address, credentials.id, undefined, () =>
        byAssertion(credentials.assertion, registry),
      )
    const { secret } = credentials
    if (client && secrets.isProven(client.id, secret, client.secretHash)) return granted(client)
    return tries.bounded(address, credentials.id, secret, () =>
      bySecret(credentials, address, client),
    )
  }
}

type WithSecret = Extract<Credentials, { secret: string }>

/** Bounds what is tried for a client from an address. */
const createTries = (perMinute: number) => {
  const failures = createMinuteCounts()
  /** The secrets that are being checked, with the requests that brought each. */
  const waiting = new Map<string, Tally>()

  const enter = (caller: string, secret: string): boolean => {
    const held = waiting.get(caller) ?? createTally()
    if (held.of(secret) === 0 && held.size() >= secretsAtOnce) return false
    held.add(secret, 1)
    waiting.set(caller, held)
    return true
  }
  const leave = (caller: string, secret: string): void => {
    const held = waiting.get(caller)!
    held.add(secret, -1)
    if (held.size() === 0) waiting.delete(caller)
  }
  return {
    /** A check that cost work has failed. */
    checked: (address: string): void => failures.add(address),
    bounded: async (
      address: string,
      client: string,
      secret: string | undefined,
      work: () => Promise<Checked<Client>>,
    ): Promise<Checked<Client>> => {
      const caller = `${address} ${client}`
      if (failures.of(address) >= perMinute * clientsPerAddress)
        return tooMany(failures.secondsLeft(), 'service/too-many-failures')
      if (failures.of(caller) >= perMinute) return tooMany(failures.secondsLeft())
      if (secret !== undefined && !enter(caller, secret)) return tooMany(1)
      try {
        const checked = await work()
        if (!checked.ok && checked.refusal.code === 'auth/bad-client') failures.add(caller)
        return checked
      } catch (error) {
        if (error instanceof WorkQueueFull) return refuse('service/unavailable')
        throw error
      } finally {
        if (secret !== undefined) leave(caller, secret)
      }
    },
  }
}

const tooMany = (
  retryAfterSeconds: number,
  code: 'service/too-many-requests' | 'service/too-many-failures' = 'service/too-many-requests',
): Checked<never> => ({ ok: false, refusal: { code, retryAfterSeconds } })
