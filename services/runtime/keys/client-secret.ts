import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

/*
 * Client secrets are stored as `scrypt$N$r$p$salt$hash` (RFC 7914; salt and hash base64url). The
 * cost is modest because a secret is 256 random bits and not a password: it protects a stolen
 * registry, not a word that can be guessed.
 */
const cost = { N: 2 ** 14, r: 8, p: 1 } as const
const hashBytes = 32
const maxN = 2 ** 17

/**
 * A hash of a secret, with a fresh salt. Takes about 30 ms of a thread of the libuv pool, and 16
 * MiB.
 */
export const hashSecret = async (secret: string): Promise<string> => {
  const salt = randomBytes(16)
  const hash = await derive(secret, salt, cost)
  return [
    'scrypt',
    cost.N,
    cost.r,
    cost.p,
    salt.toString('base64url'),
    hash.toString('base64url'),
  ].join('$')
}

/**
 * Whether a secret is the one that was hashed, compared in constant time. Without a hash, or with
 * an unreadable one, it derives a key too and answers no, so an unknown client takes as long as a
 * wrong secret.
 */
export const checkSecret = async (secret: string, stored: string | undefined): Promise<boolean> => {
  const read = stored === undefined ? undefined : readHash(stored)
  const { salt, hash, ...options } = read ?? { ...cost, salt: noSalt, hash: noHash }
  const derived = await derive(secret, salt, options)
  return timingSafeEqual(derived, hash) && read !== undefined
}

const noSalt = Buffer.alloc(16)
const noHash = Buffer.alloc(hashBytes)

type StoredHash = {
  readonly N: number
  readonly r: number
  readonly p: number
  readonly salt: Buffer
  readonly hash: Buffer
}

const readHash = (stored: string): StoredHash | undefined => {
  const match = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{16,64})\$([\w-]{43})$/.exec(
    stored,
  )
  if (match === null) return undefined
  const [N, r, p] = match.slice(1, 4).map(Number) as [number, number, number]
  return N > maxN
    ? undefined
    : {
        N,
        r,
        p,
        salt: Buffer.from(match[4]!, 'base64url'),
        hash: Buffer.from(match[5]!, 'base64url'),
      }
}

const derive = (
  secret: string,
  salt: Buffer,
  { N, r, p }: Pick<StoredHash, 'N' | 'r' | 'p'>,
): Promise<Buffer> => {
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r }
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize(), salt, hashBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
