import { setTimeout as delay } from 'node:timers/promises'
import { exitCodes, Failure, refused } from '../failure.ts'
import type { Io } from '../io.ts'
import { jsonText, printable } from '../output/printable.ts'
import { adviceOf } from '../output/problem-text.ts'
import type { Place } from './places.ts'
import { callJson } from './request.ts'

/** A gateway's answer about something that it took for the hub. */
type State = {
  readonly status: string
  readonly receipt?: {
    readonly code?: string
    readonly pointer?: string
    readonly detail?: string
  } | null
}

/** What is waited for: where the gateway tells its state, and the command that asks again. */
type Awaited = { readonly id: string; readonly path: string; readonly command: string }

const pollMs = 250

/**
 * Waits for the hub's receipt and prints the state. What the hub did not accept is a Failure
 * `refused`; no answer in time is a Failure `unreachable`, and the gateway goes on.
 */
export const waitForAnswer = async (
  place: Place,
  awaited: Awaited,
  seconds: number,
  io: Io,
): Promise<void> => {
  const until = performance.now() + seconds * 1000
  const url = `${place.url}${awaited.path}${encodeURIComponent(awaited.id)}`
  for (;;) {
    const state = (await callJson({ ...place, url, signal: io.signal })) as State
    if (isAnswered(state)) {
      io.out(jsonText(state))
      if (state.status !== 'accepted') throw refused(outcomeLines(state))
      return
    }
    if (performance.now() > until) throw tooLate(awaited, state, seconds)
    await delay(pollMs, undefined, { signal: io.signal })
  }
}

/** Whether nothing more comes by itself: a held notice can wait for a person. */
const isAnswered = ({ status, receipt }: State): boolean =>
  ['accepted', 'rejected', 'superseded'].includes(status) ||
  (status === 'held' && receipt?.code === 'never-list/held')

const tooLate = ({ id, command }: Awaited, { status }: State, seconds: number): Failure =>
  new Failure(
    exitCodes.unreachable,
    printable(
      `${id} is ${status} after ${seconds} s; the ` +
        `gateway goes on. See: switchboard ${command} ${id}`,
    ),
  )

const outcomeLines = ({ status, receipt }: State): string[] => {
  const { code = '', pointer, detail } = receipt ?? {}
  const advice = adviceOf(code)
  const what = detail === undefined ? code : `${code} ${detail}`
  return [
    printable(`${status}: ${what}${pointer === undefined ? '' : ` at ${pointer}`}`),
    ...(advice === undefined ? [] : [`advice: ${advice}`]),
  ]
}
