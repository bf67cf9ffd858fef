import type { Pool } from 'pg'
import { readHeldFor, type HeldRecord } from '#store/log/quarantine.ts'
import { check, takeIn, type IntakeDeps } from './intake.ts'
import { heldCodes } from './outcome.ts'

const batchRecords = 200

/**
 * Checks again the records that an earlier program held, because it did not know their contract
 * version or failed at them. They are checked in the order of arrival. A record that this program
 * knows goes the way of any record: to its entry or its refusal, and its receipt. The others stay
 * held. Several processes may do this at once, since the same bytes count once. Resolves with the
 * number of final answers.
 */
export const recheckHeld = async (
  deps: IntakeDeps & { readonly pool: Pool },
  closing: AbortSignal,
): Promise<number> => {
  let settled = 0
  for (let after = 0; !closing.aborted;) {
    const held = await readHeldFor(deps.pool, heldCodes, after, batchRecords)
    const known = (await check(held.map(recordOf), deps)).filter(
      ({ outcome }) => outcome.ok || !outcome.held,
    )
    if (known.length > 0) await takeIn(known, deps)
    settled += known.length
    if (held.length < batchRecords) break
    after = held.at(-1)!.seq
  }
  return settled
}

/** The same once, when the process starts. Never rejects. */
export const recheckAtStart = async (deps: IntakeDeps, closing: AbortSignal): Promise<void> => {
  const { log } = deps
  try {
    const settled = await recheckHeld(deps, closing)
    if (settled > 0) log.info({ settled }, 'records held for their schema version are answered')
  } catch (err) {
    log.warn(
      { err },
      'records held for their schema version were not checked again; gateways send them again',
    )
  }
}

const recordOf = ({ topic, partition, offset, receivedAt, raw }: HeldRecord) => ({
  topic,
  partition,
  offset,
  key: null,
  value: raw,
  headers: {},
  timestampMs: Math.floor(receivedAt / 1000),
  lag: 0,
})
