import type { FeedReader } from '../reading/reader.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { createTally } from '#runtime/process/tally.ts'

/**
 * One place among the streams and waiting requests; `signal` is aborted when the service drains.
 */
type StreamSlot = { readonly signal: AbortSignal; readonly leave: () => void }

type StreamHolder = Pick<FeedReader, 'client' | 'agency' | 'participant'>

export type OpenReaders = {
  readonly enter: (reader: StreamHolder) => Checked<StreamSlot>
  readonly count: () => number
  /** Ends all open readers and lets no more in. */
  readonly close: () => void
}

export type StreamBounds = {
  readonly perClient: number
  readonly perAgency: number
  readonly perParticipant: number
  readonly max: number
}

/**
 * Bounds the number of open streams and waiting requests: of a client, an agency and a participant,
 * and in all.
 */
export const createOpenReaders = (bounds: StreamBounds): OpenReaders => {
  const { perClient, perAgency, perParticipant, max } = bounds
  const places = createTally()
  const stop = new AbortController()
  let open = 0
  return {
    enter: ({ client, agency, participant }) => {
      if (stop.signal.aborted) return refuse('service/unavailable')
      const shares = [
        { name: `client ${client}`, most: perClient, of: 'a client' },
        { name: `agency ${agency}`, most: perAgency, of: 'an agency' },
        { name: `participant ${participant}`, most: perParticipant, of: 'a participant' },
      ]
      const full = shares.find(({ name, most }) => places.of(name) >= most)
      if (full !== undefined)
        return refuse(
          'service/too-many-requests',
          undefined,
          `at most ${full.most} open streams and waiting requests for ${full.of}`,
        )
      if (open >= max) return refuse('service/unavailable')
      for (const { name } of shares) places.add(name, 1)
      open += 1
      let entered = true
      return accept({
        signal: stop.signal,
        leave: () => {
          if (!entered) return
          entered = false
          open -= 1
          for (const { name } of shares) places.add(name, -1)
        },
      })
    },
    count: () => open,
    close: () => stop.abort(),
  }
}
