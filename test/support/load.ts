import { setTimeout as delay } from 'node:timers/promises'
import { type SystemFile } from '#deploy/local/demo/system-file.ts'
import { call, post } from './clients.ts'
import { wallet } from './notices.ts'
import { until } from './until.ts'

const takeMs = 60_000

/** What a police system remembers: every notice that it sent, and those that were answered 202. */
export type Ledger = { readonly sent: Set<string>; readonly taken: Set<string> }

/**
 * Sends notices one after the other on each lane, as a careful client does: the same id and content
 * again until the answer is 202. It ends on request, when the last notice of each lane is answered.
 */
export const loadNotices = (
  info: SystemFile,
  participant: string,
  { lanes, pauseMs }: { lanes: number; pauseMs: number },
): { ledger: Ledger; stop: () => Promise<Ledger> } => {
  const ledger: Ledger = { sent: new Set(), taken: new Set() }
  let stopped = false
  const lane = async (): Promise<void> => {
    while (!stopped) {
      const notice = wallet()
      ledger.sent.add(notice.id)
      await sendUntilTaken(info, participant, notice)
      ledger.taken.add(notice.id)
      await delay(pauseMs)
    }
  }
  const running = Promise.all(Array.from({ length: lanes }, lane))
  return {
    ledger,
    stop: async () => {
      stopped = true
      await running
      return ledger
    },
  }
}

const sendUntilTaken = async (
  info: SystemFile,
  participant: string,
  notice: object,
  limitMs = takeMs,
): Promise<void> => {
  const deadline = performance.now() + limitMs
  for (;;) {
    // the gateway is away
    const answer = await post(info, participant, notice).catch(() => undefined)
    if (answer?.status === 202) return
    if (answer !== undefined && answer.status < 500)
      throw new Error(`refused: ${JSON.stringify(answer.body)}`)
    if (performance.now() > deadline) throw new Error(`not taken within ${limitMs} ms`)
    await delay(50)
  }
}

/**
 * Reacts to notices of another participant, one after the other on each of two lanes, until each
 * reaction is accepted: what is refused because the notice is not logged yet is said again. It ends
 * on request, with the notices that it reacted to.
 */
export const loadReactions = (
  info: SystemFile,
  participant: string,
  { issuer, taken }: { readonly issuer: string; readonly taken: ReadonlySet<string> },
): { stop: () => Promise<ReadonlySet<string>> } => {
  const reacted = new Set<string>()
  const begun = new Set<string>()
  let stopped = false
  const lane = async (): Promise<void> => {
    while (!stopped) {
      const notice = taken.values().find((id) => !begun.has(id))
      if (notice === undefined) await delay(20)
      else {
        begun.add(notice)
        await reactUntilAccepted(info, participant, { issuer, notice })
        reacted.add(notice)
      }
    }
  }
  const running = Promise.all([lane(), lane()])
  return {
    stop: async () => {
      stopped = true
      await running
      return reacted
    },
  }
}

const reactUntilAccepted = (
  info: SystemFile,
  participant: string,
  { issuer, notice }: { readonly issuer: string; readonly notice: string },
): Promise<true> => {
  const { url, token } = info.gateways[participant]!
  const react = async (): Promise<string> => {
    const answer = await call(`${url}/v1/notices/${notice}/reactions`, token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ issuer, reaction: 'seen-too', note: notice }),
    })
    return String(answer.body['id'])
  }
  const stateOf = async (id: string): Promise<unknown> =>
    (await call(`${url}/v1/said/${id}`, token)).body['status']
  return until(
    `the reaction to ${notice} is accepted`,
    async () => {
      // said again, it is the same one; what fails says that the gateway is away
      const state = await react()
        .then(stateOf)
        .catch(() => undefined)
      return state === 'accepted' ? true : undefined
    },
    2 * takeMs, // a broker that stands still is not away, and answers nothing
  )
}
