import t from 'tap'
import { nowMicros } from '#runtime/process/clock.ts'
import { minuteMicros } from '#store/log/minutes.ts'
import { createFeedsWorld, feedReader, token, type FeedsProcess } from '#test/support/feeds.ts'
import { until } from '#test/support/until.ts'
import { readSecretKey } from '#runtime/files/secret-file.ts'
import { createCursors } from '../../../services/feeds/reading/cursor.ts'
import type { Named } from '../../../services/feeds/reading/position.ts'

const clients = ['kh-acd', 'vn-c06', 'exchange-1'] as const

/**
 * A log whose clock is an hour ahead of that of its writers, and moves by whole minutes, so that
 * each entry is logged in the minute that the test wants.
 */
const createMinutesWorld = async () => {
  const world = await createFeedsWorld(t)
  const first = Math.floor(nowMicros() / minuteMicros) + 60
  let minute = first
  await world.clockAt(minute * minuteMicros)
  const feeds = [
    await world.start({ IDLE_MS: '100' }),
    await world.start({ IDLE_MS: '100', TAIL_MAX_ENTRIES: '0' }),
  ] as const
  const tokens = Object.fromEntries(
    await Promise.all(clients.map(async (c) => [c.toUpperCase(), await token(feeds[0], c)])),
  ) as Readonly<Record<string, string>>
  const key = await readSecretKey(world.cursorKeyFile)
  /** What a cursor of the topic `all` says. The epoch of rights is of each log and left out. */
  const namedBy = (agency: string, cursor: string): Omit<Named, 'epoch'> | undefined => {
    const named = createCursors(key, 1, `${agency} criminal-investigation all`).decode(cursor)
    if (named === undefined) return undefined
    const { epoch: _rights, ...rest } = named
    return rest
  }
  const turnMinute = (): Promise<void> => world.clockAt(++minute * minuteMicros + 1000)
  const { read, readAll } = feedReader((agency) => tokens[agency]!)
  return {
    ...world,
    feeds,
    tokens,
    read,
    readAll,
    namedBy,
    /** A minute, counted from the one at the beginning. */
    since: (of: number): number => of - first,
    turnMinute,
    /** Resolves when the processes know it. Nothing visible may be logged meanwhile. */
    passMinutes: async (count = 1): Promise<void> => {
      for (let i = 0; i < count; i++) await turnMinute()
      for (const process of feeds)
        await until('the minute is known', async () => {
          const { next } = await readAll(process, 'VN-C06')
          return namedBy('VN-C06', next)?.minute === minute - 1
        })
    },
  }
}

export type MinutesWorld = Awaited<ReturnType<typeof createMinutesWorld>>

export const [busy, silent] = [await createMinutesWorld(), await createMinutesWorld()]

export const processOf = (world: MinutesWorld, of: number): FeedsProcess => world.feeds[of % 2]!
