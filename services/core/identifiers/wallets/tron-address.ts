import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'

const tronPrefix = 0x41
const base58Check = createBase58check(sha256)

/** TRON's address of twenty bytes. */
export const tronOf = (bytes: Uint8Array): string =>
  base58Check.encode(Uint8Array.of(tronPrefix, ...bytes))
