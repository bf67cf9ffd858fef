import { createSecretKey } from 'node:crypto'
import type { MatchKey } from '#store/log/match.ts'

/** The key under which tests digest subjects. */
export const matchKey: MatchKey = createSecretKey(Buffer.alloc(32, 7))
