import { within } from '../within.ts'
import type { SystemFile } from './system-file.ts'

const limitMs = 30_000

/** What Phnom Penh says of the notice. */
const reaction = {
  issuer: 'TH',
  reaction: 'acted',
  action: 'frozen',
  amount: { value: '12500', currency: 'USDT' },
} as const

type State = { readonly status: string; readonly receipt: object | null }
type Shown = { readonly participant: string; readonly reaction: string; readonly action?: string }

/**
 * Phnom Penh reacts to a notice of Bangkok, and Bangkok is shown it. Throws if a step did not
 * happen.
 */
export const tellReaction = async (
  { gateways }: SystemFile,
  notice: string,
  say: (line: string) => void,
): Promise<void> => {
  const posted = Date.now()
  const { id } = await call<{ id: string }>(gateways['KH']!, `/v1/notices/${notice}/reactions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(reaction),
  })
  say(`\nKH-ACD (Phnom Penh) reacts to ${notice}: ${reaction.reaction}, ${reaction.action}`)
  await within(limitMs, 'the answer to the reaction', async () => {
    const { status, receipt } = await call<State>(gateways['KH']!, `/v1/said/${id}`)
    if (status === 'rejected')
      throw new Error(`the hub rejected the reaction: ${JSON.stringify(receipt)}`)
    return status === 'accepted' || undefined
  })
  const shown = await within(limitMs, 'the reaction at the originator', async () => {
    const { reactions } = await call<{ reactions: Shown[] }>(
      gateways['TH']!,
      `/v1/notices/${notice}`,
    )
    return reactions.find(({ participant }) => participant === 'KH')
  })
  say(
    `  TH is shown it after ${Date.now() - posted} ms: ` +
      `${shown.participant} ${shown.reaction}, ${shown.action}`,
  )
}

const call = async <T>(
  { url, token }: { readonly url: string; readonly token: string },
  path: string,
  { headers, ...request }: RequestInit = {},
): Promise<T> => {
  const response = await fetch(`${url}${path}`, {
    ...request,
    headers: { ...(headers as Record<string, string>), authorization: `Bearer ${token}` },
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
