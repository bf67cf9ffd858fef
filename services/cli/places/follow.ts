import { setTimeout as delay } from 'node:timers/promises'
import { readEvents } from './event-stream.ts'
import { Failure, exitCodes } from '../failure.ts'
import type { Io } from '../io.ts'
import { problemLines, type Problem } from '../output/problem-text.ts'
import { call, callJson, failureOf } from './request.ts'

export type FollowedFeed = {
  /** The URL of the topic, without parameters. */
  readonly url: string
  /** Called before each connection. `renew` is set after a connection was refused for its token. */
  readonly token: (renew: boolean) => Promise<string>
  readonly after?: string
  readonly onEntry: (entry: unknown) => void
  readonly io: Io
}

const firstWaitMs = 250
const maxWaitMs = 10_000

/**
 * Follows a feed until the signal. After each interruption it goes on from the last cursor, with
 * backoff. The first connection must succeed. A refusal that only a person can lift ends it. An
 * entry may come twice.
 */
export const followFeed = async ({
  url,
  token,
  after,
  onEntry,
  io,
}: FollowedFeed): Promise<void> => {
  let cursor = after
  let failures = 0
  let refusals = 0
  for (let first = true; !io.signal.aborted; first = false) {
    try {
      const response = await call({
        url,
        token: await token(refusals > 0),
        accept: 'text/event-stream',
        headers: cursor === undefined ? {} : { 'last-event-id': cursor },
        signal: io.signal,
      })
      if (response.status === 401 && refusals++ === 0) continue
      if (!response.ok || response.body === null) throw await failureOf(response)
      refusals = 0
      const goOnFrom = (id: string): void => {
        cursor = id
        failures = 0
      }
      for await (const { event, data } of readEvents(
        response.body as AsyncIterable<Uint8Array>,
        goOnFrom,
      )) {
        if (event === 'error')
          // the next connection shows whether the refusal is final
          throw new Failure(exitCodes.unreachable, problemLines(JSON.parse(data) as Problem))
        onEntry(JSON.parse(data))
      }
    } catch (error) {
      if (io.signal.aborted) return
      if (first || isFinal(error)) throw error
      io.err(`interrupted: ${error instanceof Error ? error.message.split('\n')[0] : 'no answer'}`)
    }
    await delay(
      Math.min(firstWaitMs * 2 ** failures++, maxWaitMs) * (0.5 + Math.random() / 2),
      undefined,
      { signal: io.signal },
    ).catch(() => undefined)
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof Failure && error.exitCode !== exitCodes.unreachable

type Page = { readonly entries: readonly unknown[]; readonly next: string; readonly end: boolean }

/** Reads a feed up to its present end, and resolves with where to go on. */
export const readFeedOnce = async ({
  url,
  token,
  after,
  onEntry,
  io,
}: FollowedFeed): Promise<string | undefined> => {
  let cursor = after
  for (;;) {
    const query = new URLSearchParams({
      limit: '500',
      ...(cursor !== undefined && { after: cursor }),
    })
    const page = (await callJson({
      url: `${url}?${query.toString()}`,
      token: await token(false),
      signal: io.signal,
    })) as Page
    page.entries.forEach(onEntry)
    cursor = page.next
    if (page.end) return cursor
  }
}
