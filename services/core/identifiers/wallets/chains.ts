import { bitcoin } from './bitcoin.ts'
import type { Chain } from './chain.ts'
import { evm } from './evm.ts'
import { tron } from './tron.ts'

/** Every chain a wallet address may be of, in the order in which candidates are named. */
export const chains: readonly Chain[] = [bitcoin, evm, tron]
