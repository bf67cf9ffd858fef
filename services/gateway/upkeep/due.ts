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
const standing = `a.state = 'accepted' and s.status = 'active' and (s.expires is null
  or s.expires > $1)
  and not exists (select from submission l where l.type = 'notice' and l.id = s.id
  and l.version > s.version
  and not exists (select from answer r where r.seq = l.seq and r.state = 'rejected'))`

/** `$2` is how far ahead to look. */
const isDue: Readonly<Record<Due, string>> = {
  review: 's.review <= $1 + $2',
  expiry: 's.expires <= $1 + $2',
}

/**
 * The condition under which a notice `s` with its answer `a` is due. `$1` is now, `$2` how far
 * ahead to look, in microseconds.
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
        text: `select s.agency, count(*) as count, min(s.${due === 'review' ? 'review' : 'expires'})
          as soonest from submission s join answer a on a.seq = s.seq
          where ${dueCondition(due)} group by s.agency order by s.agency`,
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
