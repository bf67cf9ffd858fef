import type { Pool } from 'pg'
import type { Registry } from '#core/registry/registry.ts'
import type { Clock } from '#runtime/process/clock.ts'
import type { Config } from '#runtime/process/config.ts'
import type { Log } from '#runtime/process/log.ts'
import type { MatchKey } from '#store/log/match.ts'
import type { hubConfig } from '../config.ts'
import { followInbox } from '../intake/inbox.ts'
import type { IntakeMetrics } from '../metrics.ts'
import { reportDeliveries } from '../replies/delivery-summary.ts'
import type { SendReplyDeps } from '../replies/send-reply.ts'
import { tellOthers } from '../replies/told.ts'
import { watchExpiry } from './expiry.ts'
import { startFilling } from './match-fill.ts'
import { watchRetention } from './retention.ts'

type UpkeepDeps = SendReplyDeps & {
  readonly pool: Pool
  readonly clock: Clock
  readonly matchKey: MatchKey
  readonly metrics: IntakeMetrics
  readonly registry: () => Registry
  readonly log: Log
}

type Closing = { readonly close: () => Promise<void> }

/**
 * Expires notices, destroys content whose time is over, logs what was said at feeds, tells
 * originators of hand-overs and of what others said, and makes the subjects of an older log known
 * to lookups.
 */
export const startUpkeep = (
  config: Config<typeof hubConfig>,
  { matchKey, metrics, registry, log, ...senders }: UpkeepDeps,
): Closing => {
  const { pool, clock, signer } = senders
  const running: readonly Closing[] = [
    watchExpiry({
      pool,
      clock,
      everyMs: config.expiryPollMs,
      onExpired: (count) => metrics.expired.inc(count),
      log,
    }),
    watchRetention({
      ...config,
      pool,
      clock,
      everyMs: config.retentionPollMs,
      onDestroyed: (count) => metrics.destroyed.inc(count),
      log,
    }),
    startFilling({ pool, matchKey, log }),
    reportDeliveries({ ...senders, everyMs: config.deliveryReportMs, log }),
    followInbox({ pool, matchKey, registry, signer, clock, everyMs: config.tellPollMs, log }),
    tellOthers({ ...senders, everyMs: config.tellPollMs, log }),
  ]
  return {
    close: async () => {
      for (const { close } of running) await close()
    },
  }
}
