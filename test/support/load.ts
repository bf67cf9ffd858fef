import { setTimeout as delay } from 'node:timers/promises'
import { type SystemFile } from '#deploy/local/demo/system-file.ts'
import { post } from './clients.ts'
import { wallet } from './notices.ts'

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
  limitMs = 60_000,
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
