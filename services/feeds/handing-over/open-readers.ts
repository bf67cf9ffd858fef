import { accept, refuse, type Checked } from '#core/refusal.ts'

/**
 * One place among the streams and waiting requests; `signal` is aborted when the service drains.
 */
type StreamSlot = { readonly signal: AbortSignal; readonly leave: () => void }

export type OpenReaders = {
  readonly enter: (client: string) => Checked<StreamSlot>
  readonly count: () => number
  /** Ends all open readers and lets no more in. */
  readonly close: () => void
}

/** Bounds the number of open streams and waiting requests: per client, and in all. */
export const createOpenReaders = ({
  perClient,
  max,
}: {
  perClient: number
  max: number
}): OpenReaders => {
  const places = new Map<string, number>()
  const stop = new AbortController()
  let open = 0
  return {
    enter: (client) => {
      if (stop.signal.aborted) return refuse('service/unavailable')
      const held = places.get(client) ?? 0
      if (held >= perClient)
        return refuse(
          'service/too-many-requests',
          undefined,
          `at most ${perClient} open streams and waiting requests for a client`,
        )
      if (open >= max) return refuse('service/unavailable')
      places.set(client, held + 1)
      open += 1
      let entered = true
      return accept({
        signal: stop.signal,
        leave: () => {
          if (!entered) return
          entered = false
          open -= 1
          const left = places.get(client)! - 1
          if (left === 0) places.delete(client)
          else places.set(client, left)
        },
      })
    },
    count: () => open,
    close: () => stop.abort(),
  }
}
