/** Too much work waits. The caller answers 503. */
export class WorkQueueFull extends Error {
  override name = 'WorkQueueFull'
}

/** Whose work it is: an address, and the client that a request from it names. */
export type Share = { readonly address: string; readonly client: string }

type Job = { readonly begin: () => void; readonly refuse: (error: Error) => void }

/**
 * Does works a few at a time. Addresses take turns, and within an address the clients do: many
 * works of one share wait for each other, and the next work of another share comes before them.
 * When the queue is full, the newest work of whoever has most in it is refused.
 */
export const createFairWork = (
  atOnce: number,
  maxWaiting: number,
): (<T>(share: Share, work: () => Promise<T>) => Promise<T>) => {
  const rows = createRows()
  let running = 0
  const enqueue = (share: Share, job: Job): void => {
    rows.add(share, job)
    if (rows.size() > maxWaiting)
      rows.takeLast()?.refuse(new WorkQueueFull(`${maxWaiting} secrets wait to be checked`))
  }
  return async (share, work) => {
    if (running >= atOnce)
      await new Promise<void>((begin, refuse) => enqueue(share, { begin, refuse }))
    else running += 1
    try {
      return await work()
    } finally {
      // The place goes to the next work, if there is one.
      const next = rows.takeNext()
      if (next === undefined) running -= 1
      else next.begin()
    }
  }
}

/** What waits: a row of clients for each address, a row of jobs for each client. */
const createRows = () => {
  const addresses = new Map<string, Map<string, Job[]>>()
  let waiting = 0
  const taken = (share: Share, job: Job | undefined): Job | undefined => {
    const clients = addresses.get(share.address)!
    waiting -= 1
    if (clients.get(share.client)!.length === 0) clients.delete(share.client)
    if (clients.size === 0) addresses.delete(share.address)
    return job
  }
  return {
    size: (): number => waiting,
    add: ({ address, client }: Share, job: Job): void => {
      const clients = addresses.get(address) ?? new Map<string, Job[]>()
      addresses.set(address, clients.set(client, [...(clients.get(client) ?? []), job]))
      waiting += 1
    },
    takeLast: (): Job | undefined => {
      const [address, clients] = [...addresses].reduce((a, b) =>
        sizeOf(b[1]) > sizeOf(a[1]) ? b : a,
      )
      const [client, jobs] = [...clients].reduce((a, b) => (b[1].length > a[1].length ? b : a))
      return taken({ address, client }, jobs.pop())
    },
    takeNext: (): Job | undefined => {
      const [first] = addresses
      if (first === undefined) return undefined
      const [address, clients] = first
      const [client, jobs] = [...clients][0]!
      // Both go to the end of their rows.
      addresses.delete(address)
      addresses.set(address, clients)
      clients.delete(client)
      clients.set(client, jobs)
      return taken({ address, client }, jobs.shift())
    },
  }
}

const sizeOf = (clients: ReadonlyMap<string, readonly Job[]>): number =>
  [...clients.values()].reduce((sum, jobs) => sum + jobs.length, 0)
