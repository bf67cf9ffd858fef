import { createHash } from 'node:crypto'
import type { Micros } from '../registry/registry.ts'

/**
 * The leaf hash of one notice log entry (RFC 6962 §2.1: SHA-256 of 0x00 and the leaf's bytes). The
 * leaf's bytes are a domain label, the 32-byte salt, the log time (64-bit big-endian µs) and the
 * statement: the issuer's JWS without disclosures, or the hub's own statement. The salt keeps a
 * guessed phone number from being confirmed by the hash.
 */
export const leafHash = (salt: Uint8Array, time: Micros, statement: string): Buffer => {
  const clock = Buffer.alloc(8)
  clock.writeBigUInt64BE(BigInt(time))
  return createHash('sha256')
    .update('\0switchboard/notice-leaf/1\n')
    .update(salt)
    .update(clock)
    .update(statement)
    .digest()
}
