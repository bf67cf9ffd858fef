import { bitcoin, bitcoinGold, bitcoinSv } from './bitcoin.ts'
import { bitcoinCash } from './bitcoin-cash.ts'
import type { Chain } from './chain.ts'
import { dash } from './dash.ts'
import { evm } from './evm.ts'
import { litecoin } from './litecoin.ts'
import { monero } from './monero.ts'
import { solana } from './solana.ts'
import { ton } from './ton.ts'
import { tron } from './tron.ts'
import { verge } from './verge.ts'
import { xrp } from './xrp.ts'
import { zcash } from './zcash.ts'

/** Every chain of wallet addresses, in the order in which candidates are named. */
export const chains: readonly Chain[] = [
  bitcoin,
  evm,
  tron,
  solana,
  xrp,
  ton,
  litecoin,
  bitcoinCash,
  bitcoinSv,
  bitcoinGold,
  dash,
  zcash,
  monero,
  verge,
]
