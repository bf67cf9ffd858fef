import { uptime } from 'node:os'
import type { Micros } from '#core/registry/registry.ts'
import type { ConfigSpec } from './config.ts'
import type { Unavailable } from './unavailable.ts'

/**
 * The clock of this process in microseconds. It may be wrong, and it may step. What is stored, and
 * who may see what, is judged by `Clock` instead.
 */
export const nowMicros = (): Micros => Date.now() * 1000

/** How far the clocks of a process and of its database may be apart. */
export const clockConfig = {
  clockToleranceMs: {
    type: 'integer',
    default: 2000,
    min: 100,
    max: 86_400_000,
    unit: 'ms',
    example: '2000',
    doc:
      "How far this process's clock and its database's may differ. Beyond that the process is " +
      'not ready and does nothing that depends on the time. NTP keeps clocks within some ms; 2 s ' +
      'leaves room for a leap second or a paused machine.',
  },
} as const satisfies ConfigSpec

/** The time of the process's database, as long as there is reason to believe it. */
export type Clock = {
  /** The time in microseconds. Throws `ClockOff`: no answer is better than one by a wrong time. */
  readonly now: () => Micros
  /** What the database says, believed or not: for what is measured and nothing depends on. */
  readonly unsure: () => Micros
  /** Throws `ClockOff` if a time that the database has just given is not to be believed. */
  readonly trust: (at: Micros) => void
  /** Why `now` throws, as fixed phrases; empty if it does not. */
  readonly problems: () => string[]
}

/** The clocks of a process and its database do not agree, or the database's time has jumped. */
export class ClockOff extends Error implements Unavailable {
  override readonly name = 'ClockOff'
  readonly unavailable = true
}

/** A moment by the three clocks of a process: its time of day, and two that no correction moves. */
export type Moment = {
  /** Microseconds since the epoch. */
  readonly own: Micros
  /** Milliseconds since any moment; stands still while the machine sleeps. */
  readonly steady: number
  /** Milliseconds since the machine was started; goes on while it sleeps. */
  readonly awake: number
}

export const thisMoment = (): Moment => ({
  own: nowMicros(),
  steady: performance.now(),
  awake: uptime() * 1000,
})

/** What the database said its time was, at some moment between two. */
export type ClockReading = {
  readonly at: Micros
  readonly asked: Moment
  readonly answered: Moment
}

/** A clock that is told what the database says. `offset`: the own clock minus the database's. */
export type FollowedClock = Clock & {
  readonly take: (reading: ClockReading) => void
  readonly offset: () => Micros
}

/** The database's time at a moment, give or take `error` microseconds. */
type Anchor = { readonly at: Micros; readonly moment: Moment; readonly error: number }

/**
 * When a process and its database share a machine, both clocks jump together and agree. A jump
 * beyond this is not believed by a process that runs. A clock that is corrected after the start of
 * a machine moves less.
 */
const jumpLimitMs = 600_000
/** Two clocks drift apart by less than a thousandth. */
const driftPart = 0.001

const apart =
  'the clocks of this process and of its database differ by more than CLOCK_TOLERANCE_MS'
const jumped = 'the time of the database has jumped since this process was started'

/**
 * The time of a database between two readings goes on by the steady clock. It is believed while the
 * process's own clock agrees. A reading that has jumped is not taken over, whatever the own clock
 * says, until the time comes back or the process is started again.
 */
export const createClock = (
  { clockToleranceMs }: { readonly clockToleranceMs: number },
  first: ClockReading,
  moment: () => Moment = thisMoment,
): FollowedClock => {
  const tolerance = clockToleranceMs * 1000
  const jumpLimit = Math.max(jumpLimitMs * 1000, tolerance)
  let latest = anchorOf(first)
  let anchor = latest
  let isApart = areApart(first, tolerance)
  let isBelieved = !isApart
  let hasJumped = false

  const at = (held: Anchor, now: Moment): Micros =>
    Math.round(held.at + (now.steady - held.moment.steady) * 1000)
  const take = (reading: ClockReading): void => {
    latest = anchorOf(reading)
    isApart = areApart(reading, tolerance)
    const { moment: then } = latest
    const moved = Math.abs(latest.at - at(anchor, then))
    const slept = Math.abs(latest.at - anchor.at - (then.awake - anchor.moment.awake) * 1000)
    hasJumped = isBelieved && Math.min(moved, slept) > jumpLimit
    if (hasJumped) return
    const error = anchor.error + (then.steady - anchor.moment.steady) * 1000 * driftPart
    if (latest.error <= error || moved > latest.error + error || !isBelieved) anchor = latest
    isBelieved ||= !isApart
  }
  const problems = (now = moment()): string[] => {
    if (hasJumped) return [jumped]
    const differ = Math.abs(now.own - at(anchor, now)) > tolerance + anchor.error
    return isApart || differ ? [apart] : []
  }
  const believed = (now: Moment): Micros => {
    const [problem] = problems(now)
    if (problem !== undefined) throw new ClockOff(problem)
    return at(anchor, now)
  }
  return {
    take,
    offset: () => {
      const now = moment()
      return now.own - at(latest, now)
    },
    problems: () => problems(),
    now: () => believed(moment()),
    unsure: () => at(latest, moment()),
    trust: (given) => {
      const now = moment()
      if (given > Math.min(now.own, believed(now) + anchor.error) + tolerance)
        throw new ClockOff(apart)
    },
  }
}

const anchorOf = ({ at, asked, answered }: ClockReading): Anchor => ({
  at,
  moment: {
    own: (asked.own + answered.own) / 2,
    steady: (asked.steady + answered.steady) / 2,
    awake: (asked.awake + answered.awake) / 2,
  },
  error: ((answered.steady - asked.steady) / 2) * 1000,
})

/** Whether the own clock was further away than the tolerance, at whatever moment `at` was said. */
const areApart = ({ at, asked, answered }: ClockReading, tolerance: number): boolean =>
  at > answered.own + tolerance || at < asked.own - tolerance
