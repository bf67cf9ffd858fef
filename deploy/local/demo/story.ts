import { createPublicKey, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { demoAgencies } from './registry.ts'
import { followFeed, type FeedEvent } from './feed-reader.ts'
import { projectFolder } from '../project.ts'
import { within } from '../within.ts'
import { tellReaction } from './reaction.ts'
import { type SystemFile } from './system-file.ts'

/** Where each sample must arrive, and where it must not. */
const story = [
  { sample: 'wallet', reach: ['KH-ACD', 'VN-C06', 'EXCHANGE-1'], hidden: ['JP-NPA'] },
  { sample: 'phone', reach: ['KH-ACD', 'VN-C06', 'JP-NPA'], hidden: ['EXCHANGE-1'] },
  { sample: 'account', reach: ['KH-ACD'], hidden: ['VN-C06', 'JP-NPA', 'EXCHANGE-1'] },
] as const

const limitMs = 30_000

type Entry = {
  event: string
  notice: { id: string; canonical: { key: string }; narrative?: string } | null
  envelope: string | null
}

/**
 * Plays the story against running services and checks each step. Throws if a step did not happen.
 * Resolves with the id of a notice of Bangkok that Phnom Penh has.
 */
export const tellStory = async (info: SystemFile, say: (line: string) => void): Promise<string> => {
  const stop = new AbortController()
  const feeds = openFeeds(info, stop.signal)
  try {
    await feeds.opened
    const ids: string[] = []
    for (const { sample, reach, hidden } of story)
      ids.push(await tellOne(info, feeds.seen, sample, reach, hidden, say))
    await tellReaction(info, ids[0]!, say)
    return ids[0]!
  } finally {
    stop.abort()
    await feeds.closed
  }
}

type Seen = Map<string, Map<string, { entry: Entry; at: number }>>

/** One live feed per agency, with the entries that arrived by notice id. */
const openFeeds = (
  info: SystemFile,
  signal: AbortSignal,
): { seen: Seen; opened: Promise<void>; closed: Promise<void> } => {
  const seen: Seen = new Map()
  const readers = Object.entries(info.feeds.agencies).map(([agency, { token }]) => {
    const arrived = new Map<string, { entry: Entry; at: number }>()
    seen.set(agency, arrived)
    return { agency, token, arrived }
  })
  const follow = async ({ token, arrived }: (typeof readers)[number]): Promise<void> => {
    try {
      for await (const event of followFeed(`${info.feeds.url}/v1/feeds/all`, token, {
        signal,
        after: await feedEnd(info, token),
      }))
        keep(arrived, event)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
  const closed = Promise.all(readers.map(follow)).then(() => {})
  closed.catch(() => {}) // awaited at the end of the story
  return { seen, opened: new Promise((resolve) => setTimeout(resolve, 300)), closed }
}

const keep = (
  arrived: Map<string, { entry: Entry; at: number }>,
  { data, at }: FeedEvent,
): void => {
  const entry = JSON.parse(data) as Entry
  if (entry.notice) arrived.set(entry.notice.id, { entry, at })
}

/**
 * The cursor at the end of what exists already, so that a second run of the demo shows only its own
 * notices.
 */
const feedEnd = async (info: SystemFile, token: string): Promise<string> => {
  let next = ''
  for (let end = false; !end;) {
    const response = await fetch(
      `${info.feeds.url}/v1/feeds/all?limit=500${next && `&after=${encodeURIComponent(next)}`}`,
      { headers: { authorization: `Bearer ${token}` } },
    )
    if (!response.ok) throw new Error(`feed: ${response.status} ${await response.text()}`)
    ;({ next, end } = (await response.json()) as { next: string; end: boolean })
  }
  return next
}

const tellOne = async (
  info: SystemFile,
  seen: Seen,
  sample: string,
  reach: readonly string[],
  hidden: readonly string[],
  say: (line: string) => void,
): Promise<string> => {
  const { url, token } = info.gateways['TH']!
  const body = await readFile(resolve(projectFolder, `deploy/local/samples/${sample}.json`))
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const wouldSee = await rehearsed(`${url}/v1/notices/rehearse`, { method: 'POST', body, headers })
  const posted = Date.now()
  const response = await fetch(`${url}/v1/notices`, { method: 'POST', body, headers })
  const answer = (await response.json()) as {
    id: string
    canonical: { key: string }
    detail?: string
  }
  if (response.status !== 202)
    throw new Error(
      `the ${sample} sample was not taken: ${response.status} ${JSON.stringify(answer)}`,
    )
  say(
    `\nTH-CCIB (Bangkok) submits ${answer.canonical.key} as notice ` +
      `${answer.id}: 202 after ${Date.now() - posted} ms`,
  )
  say(`  as it was rehearsed: besides TH, ${wouldSee.join(', ')} would see it`)
  checkRehearsal(wouldSee, reach, sample)
  for (const agency of reach) {
    const { entry, at } = await within(limitMs, `${sample} at ${agency}`, async () =>
      seen.get(agency)!.get(answer.id),
    )
    checkSignature(entry, info, agency)
    say(
      `  ${agency.padEnd(10)} has it after ${at - posted} ms, signature of TH ` +
        `verified${entry.notice?.narrative === undefined ? ', redacted' : ''}`,
    )
  }
  const receipt = await within(limitMs, `receipt of ${sample}`, () =>
    acceptedAt(url, token, answer.id),
  )
  say(`  TH holds the hub's signed receipt: accepted at index ${receipt.index}`)
  for (const agency of hidden) {
    if (seen.get(agency)!.has(answer.id))
      throw new Error(`${agency} sees notice ${answer.id} and must not`)
    say(`  ${agency.padEnd(10)} does not see it`)
  }
  return answer.id
}

/** The participants with an agency that would see the notice. */
const rehearsed = async (url: string, request: RequestInit): Promise<string[]> => {
  const response = await fetch(url, request)
  if (!response.ok) throw new Error(`rehearsal: ${response.status} ${await response.text()}`)
  const { participants } = (await response.json()) as {
    participants: { participant: string; others: { content: boolean }[] }[]
  }
  return participants
    .filter(({ others }) => others.some(({ content }) => content))
    .map(({ participant }) => participant)
}

const checkRehearsal = (
  wouldSee: readonly string[],
  reach: readonly string[],
  sample: string,
): void => {
  const due = demoAgencies.filter((a) => reach.includes(a.id)).map((a) => a.participant)
  if (due.toSorted().join() !== wouldSee.toSorted().join())
    throw new Error(
      `the rehearsal of the ${sample} sample tells of ` +
        `${wouldSee.join(', ')}, and it reaches ${due.join(', ')}`,
    )
}

const acceptedAt = async (
  url: string,
  token: string,
  id: string,
): Promise<{ index: number } | undefined> => {
  const response = await fetch(`${url}/v1/notices/${id}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const { status, receipt } = (await response.json()) as {
    status: string
    receipt: { index: number } | null
  }
  if (status === 'rejected') throw new Error(`the hub rejected ${id}: ${JSON.stringify(receipt)}`)
  return status === 'accepted' && receipt ? receipt : undefined
}

/**
 * Verifies the JWS part of the envelope with the country's public key, as any outside client would.
 */
const checkSignature = (entry: Entry, info: SystemFile, agency: string): void => {
  const [header, payload, signature] = (entry.envelope ?? '').split('~')[0]!.split('.')
  const key = createPublicKey({ key: info.keys['TH'] as Record<string, string>, format: 'jwk' })
  const valid = verify(
    null,
    Buffer.from(`${header}.${payload}`),
    key,
    Buffer.from(signature ?? '', 'base64url'),
  )
  if (!valid) throw new Error(`${agency} got an envelope that TH's key does not verify`)
}
