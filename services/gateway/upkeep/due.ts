import type { Pool } from 'pg'
import { dues, type Due } from '#core/notice/review.ts'
import type { Micros } from '#core/registry/registry.ts'
import { formatMicros } from '#core/time.ts'
import { every } from '#runtime/process/every.ts'
import type { Log } from '#runtime/process/log.ts'
import type { Metrics } from '#runtime/process/metrics.ts'

/**
 * The notices that stand: accepted, neither revoked nor expired, and replaced by no later version
 * that may still count. `$1` is now.
 */
const standing = `o.state = 'accepted' and o.status = 'active' and (o.expires is null
  or o.expires > $1)
  and not exists (select from outbox l where l.id = o.id and l.version > o.version
  and l.state <> 'rejected')`

/** `$2` is how far ahead to look. */
const isDue: Readonly<Record<Due, string>> = {
  review: 'o.review <= $1 + $2',
  expiry: 'o.expires <= $1 + $2',
}

/**
 * The condition under which a row `o` of the outbox is due. `$1` is now, `$2` how far ahead to
 * look, in microseconds.
 */
export const dueCondition = (due: Due): string => `${standing} and ${isDue[due]}`

type DueCount = {
  readonly agency: string
  readonly due: Due
  readonly count: number
  readonly soonest: Micros
}

const countDue = async (pool: Pool, now: Micros, ahead: Micros): Promise<DueCount[]> => {
  const counted = await Promise.all(
    dues.map(async (due) => {
      const { rows } = await pool.query<Omit<DueCount, 'due'>>({
        name: `count-due-${due}`,
        text: `select o.agency, count(*) as count, min(o.${due === 'review' ? 'review' : 'expires'})
          as soonest from outbox o where ${dueCondition(due)} group by o.agency order by o.agency`,
        values: [now, ahead],
      })
      return rows.map((row) => ({ ...row, due }))
    }),
  )
  return counted.flat()
}

export type DueDeps = {
  readonly pool: Pool
  readonly now: () => Micros
  readonly ahead: Micros
  readonly log: Log
}

/**
 * One row for each agency and reason, with the number of notices that are due. The agency asks for
 * the notices itself.
 */
const reportDue = async ({ pool, now, ahead, log }: DueDeps): Promise<void> => {
  for (const { agency, due, count, soonest } of await countDue(pool, now(), ahead)) {
    log.info(
      { agency, due, count, soonest: formatMicros(soonest) },
      'notices are due; see: switchboard due',
    )
  }
}

/** Logs at the start and then every `everyMs` what is due, and shows the number as a metric. */
export const watchDue = (
  deps: DueDeps & { readonly everyMs: number; readonly metrics: Metrics },
): { close: () => Promise<void> } => {
  deps.metrics.gauge(
    'switchboard_notices_due',
    'Own notices whose review or expiry is near or past',
    ['due'],
    async (gauge) => {
      const counted = await countDue(deps.pool, deps.now(), deps.ahead)
      for (const due of dues)
        gauge.set(
          { due },
          counted.filter((c) => c.due === due).reduce((sum, { count }) => sum + count, 0),
        )
    },
  )
  const failed = (error: unknown): void =>
    deps.log.warn({ err: error }, 'due notices were not counted; tried again')
  void reportDue(deps).catch(failed)
  return every(deps.everyMs, () => reportDue(deps), failed)
}
